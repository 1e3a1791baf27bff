using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Drills;

/// <summary>
/// An app, and the browser of a person who is signed in and has agreed, at one instance after the other. Whatever they
/// send goes into the ledger; null is an answer that is not known: none came, or 503.
/// </summary>
internal sealed class App : IDisposable
{
    // Far more than a server takes to give up (docs/operations/database.md).
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Fleet _fleet;
    private readonly Ledger _ledger;
    private readonly string _cookies;
    private readonly HttpClient _http = new(new TrustedProxy()) { Timeout = Patience };
    private int _requests;

    private App(Fleet fleet, Ledger ledger, string cookies) => (_fleet, _ledger, _cookies) = (fleet, ledger, cookies);

    /// <summary>The person signs in and agrees, once for all.</summary>
    public static async Task<App> StartAsync(Fleet fleet, Ledger ledger)
    {
        using var network = new TrustedProxy();
        using var browser = new TestBrowser(network, fleet.Address(0));
        await browser.SignInAsync();
        await browser.AuthorizeAsync(new AuthorizationAsk());
        var cookies = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        return new App(fleet, ledger, cookies);
    }

    /// <summary>An authorization request of that browser; the answer is the code.</summary>
    public async Task<string?> AuthorizeAsync()
    {
        var (reply, instance) = await SendAsync("authorize", new AuthorizationAsk().Path);
        if (reply is null) return null;
        var location = reply.Headers.Location?.OriginalString ?? reply.Body;
        if (reply.Status == HttpStatusCode.SeeOther && new AuthorizationAnswer(location).Code is { } code)
        {
            Acknowledge("authorize", instance, reply);
            return code;
        }

        _ledger.Broken($"A person who is signed in and has agreed got {reply.Status}: {location}");
        return null;
    }

    /// <summary>Exchanges a code.</summary>
    public Task<Reply?> RedeemAsync(string code) => PostAsync(
        "redeem", "/oauth/token",
        ("grant_type", "authorization_code"), ("code", code), ("code_verifier", AuthorizationAsk.Verifier));

    /// <summary>Refreshes.</summary>
    public Task<Reply?> RefreshAsync(string token) => PostAsync(
        "refresh", "/oauth/token", ("grant_type", "refresh_token"), ("refresh_token", token));

    /// <summary>Revokes.</summary>
    public Task<Reply?> RevokeAsync(string token) => PostAsync("revoke", "/oauth/revoke", ("token", token));

    public void Dispose() => _http.Dispose();

    private async Task<Reply?> PostAsync(string request, string path, params (string Name, string Value)[] fields)
    {
        (string Name, string Value)[] client = [("client_id", TestData.Web), ("client_secret", TestData.Secret)];
        var form = fields.Concat(client).Select(field => KeyValuePair.Create(field.Name, field.Value));
        var (reply, instance) = await SendAsync(request, path, new FormUrlEncodedContent(form));
        if (reply?.Status == HttpStatusCode.OK) Acknowledge(request, instance, reply);
        return reply;
    }

    private async Task<(Reply? Reply, int Instance)> SendAsync(string request, string path, HttpContent? form = null)
    {
        var instance = Interlocked.Increment(ref _requests) % _fleet.Instances.Count();
        var method = form is null ? HttpMethod.Get : HttpMethod.Post;
        using var message = new HttpRequestMessage(method, new Uri(_fleet.Address(instance), path)) { Content = form };
        if (form is null) message.Headers.Add("Cookie", _cookies);
        try
        {
            using var answer = await _http.SendAsync(message);
            var reply = await Reply.ReadAsync(answer);
            _ledger.Saw(request, instance, reply.Status);
            return (IsKnown(reply) ? reply : null, instance);
        }
        catch (HttpRequestException)
        {
            // The instance was killed before or while it answered.
            _ledger.Saw(request, instance, null);
        }
        catch (OperationCanceledException)
        {
            _ledger.Broken($"{request} had no answer within {Patience.TotalSeconds} s.");
        }

        return (null, instance);
    }

    private bool IsKnown(Reply reply)
    {
        if ((int)reply.Status < 500) return true;
        if (reply.Status != HttpStatusCode.ServiceUnavailable || reply.Headers.RetryAfter is null)
            _ledger.Broken($"An outage was told as {(int)reply.Status}: {reply.Headers.RetryAfter} {reply.Body}");
        return false;
    }

    private void Acknowledge(string request, int instance, Reply reply) =>
        _ledger.Acknowledge(request, instance, reply.Headers.GetValues("X-Correlation-Id").Single());
}
