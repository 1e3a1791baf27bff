using System.Net;

namespace OAuthServer.Bench.Servers;

/// <summary>Signs a person in and agrees to the client through the pages, once, as a browser would.</summary>
internal sealed class BrowserSignIn(IPEndPoint address, string proxyHeaders)
{
    private const int MostSteps = 8;

    // By hand: a cookie container keeps Secure cookies from a port without TLS, which ended at the proxy that we play.
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

    private string CookieHeader => string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));

    /// <summary>The value of the Cookie header with which an authorization request now gets a code at once.</summary>
    /// <exception cref="InvalidOperationException">The pages led elsewhere.</exception>
    public async Task<string> SignInAndConsentAsync(
        string email, string password, AuthorizationRequest request, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri($"http://{address}"),
        };
        foreach (var line in proxyHeaders.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            http.DefaultRequestHeaders.Add(line.Split(": ")[0], line.Split(": ")[1]);

        var answer = await SendAsync(http, HttpMethod.Get, "/oauth/authorize" + request.Query, null, ct);
        for (var step = 0; step < MostSteps; step++)
        {
            if (answer.Location is { } location)
            {
                if (location.StartsWith(BenchClient.RedirectUri, StringComparison.Ordinal)) return CookieHeader;
                answer = await SendAsync(http, HttpMethod.Get, location, null, ct);
                continue;
            }

            var form = PageForm.Of(answer.Html);
            form = form.Fields.ContainsKey("password")
                ? form.With("email", email).With("password", password)
                : form.With("decision", "allow");
            answer = await SendAsync(http, HttpMethod.Post, form.Action, form.Fields, ct);
        }

        throw new InvalidOperationException("Sign-in and consent do not end at the client.");
    }

    private async Task<(string? Location, string Html)> SendAsync(
        HttpClient http,
        HttpMethod method,
        string path,
        IReadOnlyDictionary<string, string>? form,
        CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = form is null ? null : new FormUrlEncodedContent(form),
        };
        if (_cookies.Count > 0) request.Headers.Add("Cookie", CookieHeader);
        using var response = await http.SendAsync(request, ct);
        foreach (var header in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
        {
            var pair = header.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0) _cookies.Remove(pair[0]);
            else _cookies[pair[0]] = pair[1];
        }

        var html = await response.Content.ReadAsStringAsync(ct);
        return (int)response.StatusCode < 400
            ? (response.Headers.Location?.OriginalString, html)
            : throw new InvalidOperationException($"{method} of a page gave {(int)response.StatusCode}: {html}");
    }
}
