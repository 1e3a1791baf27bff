using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>Two instances with a management port each, and people with second factors.</summary>
public sealed class AdminPeople : FactorServers
{
    public const string Console = "people-console";
    public const string RedirectUri = "https://console.example/cb";

    private HttpClient? _port;

    public HttpClient Port => _port!;

    public HttpClient SecondPort { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Management:Url"] = "http://127.0.0.1:0",
        ["RateLimiting:Admin:PermitLimit"] = "1000000",
    };

    public static AuthorizationAsk Ask => AuthorizationAsk.For(Console, RedirectUri)
        .With("scope", AdminServer.Scopes).With("resource", AdminServer.Audience);

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (_port, SecondPort) = (AdminServer.PortOf(First), AdminServer.PortOf(Second));
        await Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, may_administer)
            VALUES ($1, $2, 'Console', ARRAY[$3], string_to_array($4, ' '), true)
            """,
            Console, TestData.SecretHash, RedirectUri, string.Join(' ', OAuthServer.Protocol.AdminScopes.All));
    }

    public Task AddOperatorAsync(FactorPerson person) =>
        Database.ExecuteAsync("INSERT INTO operators (account_id) VALUES ($1)", person.Id);

    /// <summary>The tokens of a person at the console.</summary>
    public async Task<Reply> TokensAsync(TestBrowser browser)
    {
        var answer = await browser.AuthorizeAsync(Ask);
        Assert.True(answer.Code is not null, answer.Error);
        return await First.RedeemAsync(answer.Code, Console, RedirectUri);
    }

    public static async Task<(HttpStatusCode Status, string? Challenge, string Body)> ListAsync(
        HttpClient port, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/api/clients")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await port.SendAsync(request);
        return (
            answer.StatusCode,
            answer.Headers.WwwAuthenticate.SingleOrDefault()?.ToString(),
            await answer.Content.ReadAsStringAsync());
    }

    public override async ValueTask DisposeAsync()
    {
        _port?.Dispose();
        SecondPort.Dispose();
        await base.DisposeAsync();
    }
}

/// <summary>Operators at the admin API: who they are, how they signed in, and when.</summary>
public sealed class AdminPersonTests(AdminPeople people) : IClassFixture<AdminPeople>
{
    [Fact]
    public async Task Somebody_who_is_no_operator_is_never_asked_to_agree()
    {
        var person = await people.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync();
        var answer = await browser.AuthorizeAsync(AdminPeople.Ask);
        Assert.Equal("access_denied", answer.Error);
        Assert.Equal("not_an_operator", await people.Database.ScalarAsync<string>(
            "SELECT reason FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) "
                + "AND event = 'authorization_refused'", person.Id));
    }

    [Fact]
    public async Task An_operator_with_two_factors_is_let_in_until_the_row_goes()
    {
        var person = await people.PersonAsync();
        await people.AddOperatorAsync(person);
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync();
        var token = (await people.TokensAsync(browser)).AccessToken!;
        Assert.Equal(HttpStatusCode.OK, (await AdminPeople.ListAsync(people.Port, token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await AdminPeople.ListAsync(people.SecondPort, token)).Status);

        await people.Database.ExecuteAsync("DELETE FROM operators WHERE account_id = $1", person.Id);
        var refused = await AdminPeople.ListAsync(people.Port, token);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("error=\"insufficient_scope\"", refused.Challenge, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_factor_is_not_enough_to_get_a_token()
    {
        var person = await people.PersonAsync();
        await people.AddOperatorAsync(person);
        using var browser = new TestBrowser(people.First);
        await browser.SignInAsync(person.Email);
        using var answer = await browser.GetAsync(AdminPeople.Ask.Path);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.StartsWith(FactorPerson.App, answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sign_in_of_long_ago_is_not_enough_and_neither_is_a_refresh()
    {
        var person = await people.PersonAsync();
        await people.AddOperatorAsync(person);
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync();
        var tokens = await people.TokensAsync(browser);
        people.Clock.Advance(TimeSpan.FromMinutes(61));
        var refreshed = await people.First.RefreshAsync(tokens.RefreshToken, AdminPeople.Console);
        Assert.True(refreshed.AccessToken is not null, refreshed.Body);
        var refused = await AdminPeople.ListAsync(people.Port, refreshed.AccessToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("error=\"insufficient_user_authentication\"", refused.Challenge, StringComparison.Ordinal);
        Assert.Contains("acr_values=\"2fa\", max_age=\"3600\"", refused.Challenge, StringComparison.Ordinal);

        using var again = await browser.GetAsync(AdminPeople.Ask.Path);
        Assert.StartsWith("/account/sign-in", again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    /// <summary>The rows are what counts: a client made here works everywhere at once.</summary>
    [Fact]
    [Row("ADM-07")]
    public async Task A_client_is_live_on_every_instance_within_a_second()
    {
        var person = await people.PersonAsync();
        await people.AddOperatorAsync(person);
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.SignedInAsync();
        var token = (await people.TokensAsync(browser)).AccessToken!;
        // The second instance remembers that there is none.
        Assert.Equal(HttpStatusCode.Unauthorized, await RevokeAsync(people.Second, "fresh", "guess"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/api/clients")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Content = JsonContent(new
            {
                client_id = "fresh",
                name = "Fresh",
                redirect_uris = new[] { "https://f.example/cb" },
                allowed_scopes = new[] { "read" },
            }),
        };
        using var made = await people.Port.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(made.StatusCode == HttpStatusCode.Created, body);
        var secret = JsonDocument.Parse(body).RootElement.GetProperty("client_secret").GetString()!;
        await Eventually.BecomesTrue(
            async () => await RevokeAsync(people.Second, "fresh", secret) == HttpStatusCode.OK,
            TimeSpan.FromSeconds(5),
            "the second instance knows the client");
        Assert.Equal(
            person.Id,
            await people.Database.ScalarAsync<Guid>(
                "SELECT a.id FROM oauth_audit_events JOIN accounts AS a USING (pseudonym) "
                    + "WHERE event = 'client_created' AND client_id = 'fresh'"));
    }

    private static StringContent JsonContent(object value) =>
        new(JsonSerializer.Serialize(value), System.Text.Encoding.UTF8, "application/json");

    private static async Task<HttpStatusCode> RevokeAsync(TestServer at, string id, string secret)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["token"] = "unknown",
            ["client_id"] = id,
            ["client_secret"] = secret,
        });
        using var answer = await at.Http.PostAsync(new Uri("/oauth/revoke", UriKind.Relative), form);
        return answer.StatusCode;
    }
}
