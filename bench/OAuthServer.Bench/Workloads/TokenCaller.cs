using System.Text;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>The OAuth requests of the bench's client to one server. Every answer is checked.</summary>
internal sealed class TokenCaller(MeasuredServer server)
{
    private static readonly string Credentials = $"client_id={BenchClient.Id}&client_secret={BenchClient.Secret}";

    private readonly string _browserHeaders = server.Headers + server.BrowserHeaders;

    /// <summary>Asks for a code with the session that the browser holds, and gives it back with its verifier.</summary>
    /// <exception cref="UnexpectedAnswerException">No redirect with a code.</exception>
    public (string Code, string Verifier) Authorize(HttpConnection connection)
    {
        var request = AuthorizationRequest.New();
        var reply = connection.Send(HttpRequestBytes.Get(server.Routes.Authorize + request.Query, _browserHeaders));
        if (reply.Status is not (302 or 303)) throw new UnexpectedAnswerException(reply);
        var location = Encoding.ASCII.GetString(reply.Header("Location"u8));
        var code = location[(location.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').FirstOrDefault(pair => pair.StartsWith("code=", StringComparison.Ordinal));
        return code is null ? throw new UnexpectedAnswerException(reply) : (code["code=".Length..], request.Verifier);
    }

    /// <summary>Redeems a code and gives the refresh token back.</summary>
    /// <exception cref="UnexpectedAnswerException">No tokens.</exception>
    public string Redeem(HttpConnection connection, string code, string verifier) => RefreshTokenOf(connection.Send(HttpRequestBytes.Post(
        server.Routes.Token!, server.Headers,
        $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(BenchClient.RedirectUri)}&code_verifier={verifier}&{Credentials}")));

    /// <summary>Spends a refresh token and gives its successor back.</summary>
    /// <exception cref="UnexpectedAnswerException">No tokens, or the same token again.</exception>
    public string Refresh(HttpConnection connection, string refreshToken)
    {
        var reply = connection.Send(HttpRequestBytes.Post(server.Routes.Refresh!, server.Headers, $"grant_type=refresh_token&refresh_token={refreshToken}&{Credentials}"));
        var successor = RefreshTokenOf(reply);
        return successor == refreshToken ? throw new UnexpectedAnswerException(reply) : successor;
    }

    /// <summary>A chain's first refresh token, by the whole flow where there is one.</summary>
    /// <exception cref="UnexpectedAnswerException">No tokens.</exception>
    public string FirstRefreshToken(HttpConnection connection)
    {
        if (server.Routes.FirstRefreshToken is { } shortcut) return RefreshTokenOf(connection.Send(HttpRequestBytes.Get(shortcut, server.Headers)));
        var (code, verifier) = Authorize(connection);
        return Redeem(connection, code, verifier);
    }

    private static string RefreshTokenOf(HttpReply reply) =>
        reply.Status == 200 && reply.Member("refresh_token"u8) is { } token ? token : throw new UnexpectedAnswerException(reply);
}
