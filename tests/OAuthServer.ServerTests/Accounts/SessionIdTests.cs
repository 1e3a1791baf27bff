using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>What a grant knows of the sign-in behind it: in which session, and when the password was typed.</summary>
public sealed class SessionIdTests : IAsyncLifetime
{
    // Not in the past: the database has a clock of its own.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(
        new() { Services = services => services.AddSingleton<TimeProvider>(_clock) });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_session_keeps_its_id_while_its_person_signs_in_again_and_each_browser_has_its_own()
    {
        using var browser = new TestBrowser(_server);
        var first = await GrantAsync(browser);
        Assert.Equal(_clock.GetUtcNow().ToUnixTimeSeconds(), first.SignedInAt.ToUnixTimeSeconds());
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, await GrantAsync(browser));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(first, await GrantAsync(browser));

        var again = await GrantAsync(browser, prompt: "login");
        Assert.Equal(
            (first.Session, _clock.GetUtcNow().ToUnixTimeSeconds()),
            (again.Session, again.SignedInAt.ToUnixTimeSeconds()));
        using var other = new TestBrowser(_server);
        Assert.NotEqual(first.Session, (await GrantAsync(other)).Session);
    }

    // A code, an exchange and a refresh; all three have to know the same.
    private async Task<Known> GrantAsync(TestBrowser browser, string? prompt = null)
    {
        var answer = await browser.AuthorizeAsync(new AuthorizationAsk().With("prompt", prompt));
        var tokens = await _server.RedeemAsync(answer.Code);
        await _server.RefreshAsync(tokens.RefreshToken);
        var rows = await _server.Database.QueryAsync(
            """
            SELECT c.session_id, c.auth_time, t.session_id = c.session_id AND t.auth_time = c.auth_time AS agree
            FROM oauth_authorization_codes c JOIN oauth_refresh_tokens t USING (id) ORDER BY c.created_at DESC LIMIT 1
            """);
        Assert.Equal(true, rows[0]["agree"]);
        return new Known((Guid)rows[0]["session_id"]!, new DateTimeOffset((DateTime)rows[0]["auth_time"]!));
    }

    private sealed record Known(Guid Session, DateTimeOffset SignedInAt);
}
