using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OAuthServer.Testing;

/// <summary>
/// A person's browser without a screen: keeps cookies, fills forms in as the page gives them, and stops where the
/// server sends it to an app.
/// </summary>
public sealed class TestBrowser : IDisposable
{
    private readonly CookieJar _jar = new();
    private readonly HttpClient _http;

    /// <param name="server">Where it browses.</param>
    /// <param name="address">Where it stands, as the trusted proxy tells it; null for the proxy's own address.</param>
    public TestBrowser(TestServer server, string? address = null)
    {
        _http = server.CreateClient(_jar);
        if (address is not null) _http.DefaultRequestHeaders.Add("X-Forwarded-For", address);
    }

    /// <param name="network">How it gets there: no cookies, no redirects of its own.</param>
    /// <param name="address">Where it browses.</param>
    public TestBrowser(HttpMessageHandler network, Uri address)
    {
        _jar.InnerHandler = network;
        _http = new HttpClient(_jar) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
    }

    /// <summary>What the browser holds, by name.</summary>
    public IReadOnlyDictionary<string, string> Cookies => _jar.Cookies;

    /// <summary>Every Set-Cookie header seen.</summary>
    public IReadOnlyList<string> SetCookies => _jar.Seen;

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute));

    public Task<HttpResponseMessage> PostAsync(string path, IEnumerable<KeyValuePair<string, string>> fields) =>
        _http.PostAsync(new Uri(path, UriKind.RelativeOrAbsolute), new FormUrlEncodedContent(fields));

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    /// <summary>
    /// The page's one form that posts to an address with <paramref name="action"/> in it, with the values it holds.
    /// </summary>
    public static async Task<TestForm> FormAsync(HttpResponseMessage page, string action)
    {
        var html = await page.Content.ReadAsStringAsync();
        using var document = await new HtmlParser().ParseDocumentAsync(html);
        var form = document.QuerySelectorAll("form").OfType<IHtmlFormElement>()
            .SingleOrDefault(f => (f.GetAttribute("action") ?? "").Contains(action, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"No form of this {(int)page.StatusCode} posts to {action}: {html}");
        var fields = form.QuerySelectorAll("input[name]")
            .OfType<IHtmlInputElement>()
            .Where(i => i.Type is not "checkbox" and not "submit")
            .ToDictionary(i => i.Name!, i => i.Value);
        foreach (var choice in form.QuerySelectorAll("select[name]").OfType<IHtmlSelectElement>())
            fields[choice.Name!] = choice.Value ?? "";
        return new TestForm(form.GetAttribute("action")!, fields);
    }

    /// <summary>Signs in, as Alice unless said otherwise, and stays signed in.</summary>
    public async Task SignInAsync(string? email = null, string? password = null)
    {
        using var answer = await TypePasswordAsync(await GetAsync("/account/sign-in"), email, password);
        if (answer.StatusCode != HttpStatusCode.SeeOther)
            throw new InvalidOperationException($"Sign-in gave {answer.StatusCode}.");
    }

    /// <summary>Fills in a sign-in page, as Alice unless said otherwise.</summary>
    public async Task<HttpResponseMessage> TypePasswordAsync(
        HttpResponseMessage page, string? email = null, string? password = null)
    {
        var form = await FormAsync(page, "/account/sign-in");
        form.Fields["email"] = email ?? TestData.Email;
        form.Fields["password"] = password ?? TestData.Password;
        return await PostAsync(form.Action, form.Fields);
    }

    /// <summary>Answers a consent page.</summary>
    public async Task<HttpResponseMessage> DecideAsync(HttpResponseMessage page, string decision)
    {
        var form = await FormAsync(page, "/oauth/authorize/consent");
        form.Fields["decision"] = decision;
        return await PostAsync(form.Action, form.Fields);
    }

    /// <summary>
    /// Opens an authorization request and goes on, signing in and agreeing as asked, until the server sends the browser
    /// to the app.
    /// </summary>
    public async Task<AuthorizationAnswer> AuthorizeAsync(AuthorizationAsk ask, string decision = "allow")
    {
        const int mostSteps = 8;
        var answer = await GetAsync(ask.Path);
        for (var step = 0; step < mostSteps; step++)
        {
            if (answer.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.Found)
            {
                var location = answer.Headers.Location!.OriginalString;
                if (!location.StartsWith('/')) return new AuthorizationAnswer(location);
                answer = await GetAsync(location);
                continue;
            }

            if (answer.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException(
                    $"The flow stopped at {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            var html = await answer.Content.ReadAsStringAsync();
            answer = html.Contains("name=\"password\"", StringComparison.Ordinal)
                ? await TypePasswordAsync(answer)
                : await DecideAsync(answer, decision);
        }

        throw new InvalidOperationException("The flow does not end.");
    }

    public void Dispose()
    {
        _http.Dispose();
        _jar.Dispose();
    }

    // Keeps Secure cookies although the test talks http to the port: TLS ended at the proxy that the test plays.
    private sealed class CookieJar : DelegatingHandler
    {
        public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

        public List<string> Seen { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (Cookies)
            {
                if (Cookies.Count > 0)
                    request.Headers.TryAddWithoutValidation(
                        "Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
            }

            var response = await base.SendAsync(request, cancellationToken);
            if (!response.Headers.TryGetValues("Set-Cookie", out var headers)) return response;
            lock (Cookies)
            {
                foreach (var header in headers)
                {
                    Seen.Add(header);
                    var pair = header.Split(';')[0].Split('=', 2);
                    if (pair[1].Length == 0) Cookies.Remove(pair[0]);
                    else Cookies[pair[0]] = pair[1];
                }
            }

            return response;
        }
    }
}

/// <summary>A form with its fields as the page gave them.</summary>
public sealed record TestForm(string Action, Dictionary<string, string> Fields);

/// <summary>An authorization request, by default one that succeeds for <see cref="TestData.Web"/>.</summary>
public sealed record AuthorizationAsk
{
    /// <summary>The pair of RFC 7636 Appendix B.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private readonly List<KeyValuePair<string, string>> _parameters =
    [
        new("response_type", "code"), new("client_id", TestData.Web), new("redirect_uri", TestData.WebRedirectUri),
        new("scope", "read"),
        new("state", "s-1"), new("code_challenge", Challenge), new("code_challenge_method", "S256"),
    ];

    public IReadOnlyList<KeyValuePair<string, string>> Parameters => _parameters;

    /// <summary>The request as path and query.</summary>
    public string Path =>
        "/oauth/authorize?"
            + string.Join(
                '&', _parameters.Select(p => $"{Uri.EscapeDataString(p.Key)}={Uri.EscapeDataString(p.Value)}"));

    public static AuthorizationAsk For(string clientId, string? redirectUri) =>
        new AuthorizationAsk().With("client_id", clientId).With("redirect_uri", redirectUri);

    /// <summary>With one parameter set, or taken out by null.</summary>
    public AuthorizationAsk With(string name, string? value)
    {
        var copy = new AuthorizationAsk();
        copy._parameters.Clear();
        copy._parameters.AddRange(_parameters);
        var at = copy._parameters.FindIndex(p => p.Key == name);
        if (at >= 0) copy._parameters.RemoveAt(at);
        if (value is not null) copy._parameters.Insert(at >= 0 ? at : copy._parameters.Count, new(name, value));
        return copy;
    }

    /// <summary>With one more occurrence of a parameter.</summary>
    public AuthorizationAsk Adding(string name, string value)
    {
        var copy = With(string.Empty, null);
        copy._parameters.Add(new(name, value));
        return copy;
    }
}

/// <summary>Where the server sent the browser, and with what.</summary>
public sealed record AuthorizationAnswer
{
    public AuthorizationAnswer(string location)
    {
        Location = location;
        var question = location.IndexOf('?', StringComparison.Ordinal);
        Target = question < 0 ? location : location[..question];
        Parameters = question < 0
            ? []
            : [.. location[(question + 1)..].Split('&').Select(p => p.Split('=', 2)).Select(
                p => new KeyValuePair<string, string>(p[0], WebUtility.UrlDecode(p[1])))];
    }

    public string Location { get; }

    /// <summary>The location without its query.</summary>
    public string Target { get; }

    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; }

    public string? Code => this["code"];

    public string? Error => this["error"];

    /// <summary>The one value of a parameter; null when absent, an exception when repeated.</summary>
    public string? this[string name] => Parameters.SingleOrDefault(p => p.Key == name).Value;
}
