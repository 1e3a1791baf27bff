using System.Net.Sockets;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Rotation;

/// <summary>One app: refreshes at each instance in turn, and calls the API with every token that it gets.</summary>
internal sealed class RotationCaller(IReadOnlyList<MeasuredServer> instances, MeasuredServer api)
{
    private static readonly TimeSpan NearlyExpired = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, JsonWebToken> _lastOfKey = new(StringComparer.Ordinal);

    /// <summary>Access tokens got.</summary>
    public int Issued { get; private set; }

    /// <summary>Calls that the API accepted.</summary>
    public int Validated { get; private set; }

    /// <summary>Calls that the API refused, and refreshes that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>The first of those, in words.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Runs on a thread of its own until it is told to stop.</summary>
    public void Run(CancellationToken stop)
    {
        using var calls = new HttpConnection(api.Address);
        HttpConnection[] connections = [.. instances.Select(instance => new HttpConnection(instance.Address))];
        TokenCaller[] callers = [.. instances.Select(instance => new TokenCaller(instance))];
        try
        {
            var refresh = callers[0].FirstRefreshToken(connections[0]);
            for (var turn = 0; !stop.IsCancellationRequested; turn++)
            {
                (var access, refresh) = callers[turn % callers.Length]
                    .RefreshForBoth(connections[turn % callers.Length], refresh);
                Issued++;
                var token = new JsonWebToken(access);
                _lastOfKey[token.Kid] = token;
                foreach (var held in _lastOfKey.Values) Call(calls, held);
            }
        }
        catch (Exception broken) when (broken is UnexpectedAnswerException or SocketException or IOException)
        {
            Fault(broken.Message);
        }
        finally
        {
            foreach (var connection in connections) connection.Dispose();
        }
    }

    private void Call(HttpConnection connection, JsonWebToken token)
    {
        if (token.ValidTo - TimeProvider.System.GetUtcNow().UtcDateTime < NearlyExpired) return;
        var reply = connection.Send(
            HttpRequestBytes.Get(api.Routes.Protected!, $"Authorization: Bearer {token.EncodedToken}\r\n"));
        if (reply.Status == 200) Validated++;
        else Fault($"A token of key {token.Kid} got {reply}");
    }

    private void Fault(string what)
    {
        Failed++;
        FirstFault ??= what;
    }
}
