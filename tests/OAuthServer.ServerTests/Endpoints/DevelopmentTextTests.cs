using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Endpoints;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Endpoints.Refusals;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>A developer at the own machine is told what was wrong; in Production nobody is.</summary>
public sealed class DevelopmentTextTests(DevelopmentTextTests.Servers servers)
    : IClassFixture<DevelopmentTextTests.Servers>
{
    [Fact]
    public async Task An_invalid_grant_says_what_was_wrong()
    {
        var code = await servers.CodeAsync();
        var wrong = new string('a', 43);

        await SaidAsync("code_verifier does not fit", server => server.RedeemAsync(code, verifier: wrong));
        await SaidAsync("code_verifier has to be sent", server => server.RedeemAsync(code, verifier: null));
        await SaidAsync("redirect_uri is not", server => server.RedeemAsync(code, redirectUri: "https://c.example/"));
        await SaidAsync("another client", server => server.RedeemAsync(code, TestData.OtherWeb));
        await SaidAsync("no such code", server => server.RedeemAsync("nothing"));
        await SaidAsync("no such refresh token", server => server.RefreshAsync("nothing"));
        await servers.Database.AgeAsync(TimeSpan.FromMinutes(11));
        await SaidAsync("has expired", server => server.RedeemAsync(code));
    }

    [Fact]
    public void Every_cause_that_can_be_provoked_has_words()
    {
        var grants = servers.Development.Services.GetRequiredService<GrantRefusals>();
        var causes = RefusalCases.All.Where(cause => cause.Error == "invalid_grant").Select(cause => cause.Reason);
        foreach (var reason in causes.Where(reason => reason != Reasons.CodeReused))
        {
            var error = OAuthError.InvalidGrant(reason);
            Assert.DoesNotContain(error.Description, grants.Describe(error, "id"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("https://c.example/CB", "https://c.example/CB")]
    [InlineData("https://c.example/cb?x=1&y=<b>", "https://c.example/cb?x=1&amp;y=&lt;b&gt;")]
    [InlineData("javascript:alert(1)", "javascript:alert(1)")]
    [InlineData("https://c.example/\u202Ecb", "https://c.example/\\u202Ecb")]
    public async Task The_error_page_shows_the_redirect_uri_that_came(string received, string shown)
    {
        var path = new Uri(new AuthorizationAsk().With("redirect_uri", received).Path, UriKind.Relative);

        using var page = await servers.Development.Http.GetAsync(path, TestContext.Current.CancellationToken);
        using var other = await servers.Server.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal((400, 400), ((int)page.StatusCode, (int)other.StatusCode));
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"<bdi>{shown}</bdi>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<a ", html, StringComparison.Ordinal);
        var plain = await other.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<dt>redirect_uri</dt>", plain, StringComparison.Ordinal);
    }

    private async Task SaidAsync(string words, Func<TestServer, Task<Reply>> ask)
    {
        var (developer, stranger) = (await ask(servers.Development), await ask(servers.Server));
        Assert.Contains(words, developer.IsError("invalid_grant").Description(), StringComparison.Ordinal);
        var told = stranger.IsError("invalid_grant").Description();
        Assert.Equal(
            "The grant is invalid, expired, revoked or was issued to another client. "
            + $"Reference: {stranger.CorrelationId()}",
            told);
    }

    /// <summary>One in Production, and one in Development on the same database.</summary>
    public sealed class Servers : SignedInServer
    {
        public TestServer Development { get; private set; } = null!;

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            if (!IsRun) return;
            Development = await TestServer.StartAsync(new() { Database = Database, Environment = "Development" });
        }

        public override async ValueTask DisposeAsync()
        {
            if (Development is not null) await Development.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
