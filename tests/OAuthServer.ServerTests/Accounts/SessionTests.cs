using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>
/// Session fixation: what a browser held before sign-in is worth nothing after it (OWASP, v2-1 §7.12).
/// </summary>
[JudgesDeployment]
public sealed class SessionTests(OwnServer own) : IClassFixture<OwnServer>
{
    private const string Session = "__Host-oauthserver-session";
    private const string Antiforgery = "__Host-oauthserver-antiforgery";

    private readonly TestServer _server = own.Server;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [Row("UI-06")]
    [InlineData("planted")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_planted_cookie_is_nobody_before_and_after_sign_in(string planted)
    {
        var (answer, antiforgery) = await SignInAsync(planted);

        var issued = SessionOf(answer);
        Assert.NotEqual(planted, issued);
        Assert.Equal(TestData.Email, await SeenAsAsync((Session, issued)));
        foreach (var old in ((string, string)[][])[
            [(Session, planted)], [(Antiforgery, antiforgery)], [(Session, planted), (Antiforgery, antiforgery)],
        ])
        {
            Assert.Null(await SeenAsAsync(old));
        }
    }

    [Fact]
    [Row("UI-06")]
    public async Task A_planted_session_of_somebody_else_does_not_become_the_session_of_who_signs_in()
    {
        using var bob = new TestBrowser(_server);
        await bob.SignInAsync(TestData.OtherEmail);
        var planted = bob.Cookies[Session];

        var (answer, _) = await SignInAsync(planted);

        var issued = SessionOf(answer);
        Assert.NotEqual(planted, issued);
        Assert.Equal(TestData.Email, await SeenAsAsync((Session, issued)));
        // Nobody is left in it: its browser is somebody else's now.
        Assert.Null(await SeenAsAsync((Session, planted)));
    }

    [Fact]
    [Row("UI-06")]
    public async Task Each_sign_in_issues_another_value()
    {
        var values = new List<string>();
        for (var i = 0; i < 3; i++) values.Add(SessionOf((await SignInAsync(values.LastOrDefault() ?? "none")).Answer));
        Assert.Equal(3, values.Distinct().Count());
    }

    // A browser that holds this session cookie opens the form, even when it is signed in already, and sends it.
    private async Task<(HttpResponseMessage Answer, string Antiforgery)> SignInAsync(string heldCookie)
    {
        using var page = await SendAsync(
            HttpMethod.Get, "/account/sign-in?reauthenticate=true", null, (Session, heldCookie));
        var antiforgery = page.Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith(Antiforgery + "=", StringComparison.Ordinal))
            .Split(';')[0][(Antiforgery.Length + 1)..];
        var form = await TestBrowser.FormAsync(page, "/account/sign-in");
        (form.Fields["email"], form.Fields["password"]) = (TestData.Email, TestData.Password);
        var answer = await SendAsync(
            HttpMethod.Post, form.Action, form.Fields, (Session, heldCookie), (Antiforgery, antiforgery));
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        return (answer, antiforgery);
    }

    private static string SessionOf(HttpResponseMessage answer) =>
        answer.Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith(Session + "=", StringComparison.Ordinal))
            .Split(';')[0][(Session.Length + 1)..];

    /// <summary>Whom the account page greets; null when it asks to sign in.</summary>
    private async Task<string?> SeenAsAsync(params (string, string)[] cookies)
    {
        using var page = await SendAsync(HttpMethod.Get, "/account/connections", null, cookies);
        if (page.StatusCode == HttpStatusCode.SeeOther)
        {
            Assert.StartsWith("/account/sign-in", page.Headers.Location!.OriginalString, StringComparison.Ordinal);
            return null;
        }

        var html = await page.Content.ReadAsStringAsync(Ct);
        return Assert.Single(
            [TestData.Email, TestData.OtherEmail], email => html.Contains(email, StringComparison.Ordinal));
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        Dictionary<string, string>? fields,
        params (string Name, string Value)[] cookies)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative))
        {
            Content = fields is null ? null : new FormUrlEncodedContent(fields),
        };
        request.Headers.TryAddWithoutValidation(
            "Cookie", string.Join("; ", cookies.Select(c => $"{c.Name}={c.Value}")));
        return await _server.Http.SendAsync(request, Ct);
    }
}
