using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Storage.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting.Observability;

/// <summary>Each instrument of the server tells what happened, once.</summary>
public sealed class MetricTests : IAsyncLifetime
{
    private const string Requests = "oauth.server.requests";
    private const string SecretChecks = "oauth.server.secret_check.duration";
    private const string Signatures = "oauth.server.signing.duration";

    private TestServer _server = null!;
    private CollectedMetrics _metrics = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new()
        {
            Settings = new Dictionary<string, string?>
            {
                ["SigningKeys:RotateEvery"] = "30.00:00:00",
                ["RateLimiting:ClientSecrets:PermitLimit"] = "2",
            },
        });
        _metrics = new CollectedMetrics(_server);
    }

    public ValueTask DisposeAsync()
    {
        _metrics.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_endpoint_counts_what_it_grants()
    {
        var tokens = await _server.TokensAsync();
        AssertRequests(1, "oauth.endpoint=sign-in", "oauth.outcome=granted");
        AssertRequests(1, "oauth.endpoint=authorize", "oauth.outcome=granted");
        AssertRequests(1, "oauth.endpoint=token", "oauth.grant_type=authorization_code", "oauth.outcome=granted");

        tokens = await _server.RefreshAsync(tokens.RefreshToken);
        AssertRequests(1, "oauth.endpoint=token", "oauth.grant_type=refresh_token", "oauth.outcome=granted");
        tokens = await _server.RefreshAsync(tokens.RefreshToken, path: "/oauth/refresh");
        AssertRequests(1, "oauth.endpoint=refresh", "oauth.grant_type=refresh_token", "oauth.outcome=granted");
        Assert.Equal(HttpStatusCode.OK, (await _server.RevokeAsync(tokens.RefreshToken)).Status);
        AssertRequests(1, "oauth.endpoint=revoke", "oauth.outcome=granted");
        Assert.Equal(6, _metrics.All.Count(m => m.Instrument == Requests));
    }

    [Fact]
    public async Task A_refusal_is_counted_with_its_reason_and_a_reuse_as_a_detection_too()
    {
        var code = await _server.CodeAsync();
        var tokens = await _server.RedeemAsync(code);
        await _server.RedeemAsync(code);
        AssertReason(1, "code_reused", "invalid_grant", "authorization_code");
        Assert.Equal(1, _metrics.Count("oauth.server.reuse.detections", "oauth.credential=code"));

        await _server.RefreshAsync(tokens.RefreshToken);
        AssertReason(1, "refresh_token_revoked", "invalid_grant", "refresh_token");
        tokens = await _server.TokensAsync();
        await _server.RefreshAsync((await _server.RefreshAsync(tokens.RefreshToken)).RefreshToken);
        await _server.RefreshAsync(tokens.RefreshToken);
        AssertReason(1, "refresh_token_reused", "invalid_grant", "refresh_token");
        Assert.Equal(1, _metrics.Count("oauth.server.reuse.detections", "oauth.credential=refresh_token"));
        Assert.Equal(2, _metrics.All.Count(m => m.Instrument == "oauth.server.reuse.detections"));

        await AskAsync("password", TestData.Secret);
        var unsupported = Assert.Single(Requested("refused", "grant_type_unsupported"));
        Assert.DoesNotContain("password", unsupported.Tags, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guesses_and_the_429_after_them_are_counted_and_timed_apart()
    {
        var tokens = await _server.TokensAsync();
        Assert.Equal(1, _metrics.Count(SecretChecks, "oauth.check=bcrypt", "oauth.result=right"));
        await _server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(1, _metrics.Count(SecretChecks, "oauth.check=memory", "oauth.result=right"));

        for (var guess = 0; guess < 3; guess++) await AskAsync("refresh_token", $"guess-{guess}");
        Assert.Equal(2, _metrics.Count(SecretChecks, "oauth.check=bcrypt", "oauth.result=wrong"));
        Assert.Equal(2, Requested("refused", "client_secret_wrong").Count());
        Assert.Single(Requested("limited", "client_secret_guesses_exhausted"));
    }

    [Fact]
    public async Task A_refresh_is_split_into_one_secret_check_and_one_signature()
    {
        var tokens = await _server.TokensAsync();
        var before = _metrics.All.Count;
        Assert.Equal(HttpStatusCode.OK, (await _server.RefreshAsync(tokens.RefreshToken)).Status);

        var measured = _metrics.All.Skip(before)
            .Where(m => m.Instrument.StartsWith("oauth.", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            [
                $"{SecretChecks} oauth.check=memory oauth.result=right",
                $"{Signatures} ",
                $"{Requests} oauth.endpoint=token oauth.grant_type=refresh_token oauth.outcome=granted",
            ],
            measured.Select(m => $"{m.Instrument} {m.Tags}"));
        Assert.All(measured, m => Assert.True(m.Value > 0, m.Instrument));
    }

    [Fact]
    public async Task Gauges_read_the_keys_the_caches_and_the_budgets()
    {
        await _server.TokensAsync();
        var age = Assert.Single(_metrics.Read("oauth.server.key.age")).Value;
        var due = Assert.Single(_metrics.Read("oauth.server.key.rotation.due")).Value;
        Assert.True(age > 0);
        Assert.Equal(30, due + TimeSpan.FromSeconds(age).TotalDays, 2);
        Assert.Equal(
            ["oauth.key.stage=pending 0", "oauth.key.stage=current 1", "oauth.key.stage=previous 0"],
            Values("oauth.server.key.published"));
        Assert.Equal([" 0"], Values("oauth.server.key.store.failing"));
        Assert.Equal([" 0"], Values("oauth.server.hash_work.waiting"));
        Assert.Equal(
            ["oauth.cache=clients 1", "oauth.cache=client_secrets 1", "oauth.cache=client_keys 0"],
            Values("oauth.server.cache.entries"));
        Assert.Equal(
            [
                "accounts", "addresses", "admin", "authorize", "client_secret_holders", "client_secrets", "devices",
                "mail", "passwords", "revocations", "revoke", "sign-in", "token",
            ],
            _metrics.Read("oauth.server.budget.keys").Select(m => m.Tags.Split('=')[1]).Order(StringComparer.Ordinal));
        await AskAsync("refresh_token", "guess");
        Assert.Contains("oauth.budget=client_secrets 1", Values("oauth.server.budget.keys"));
    }

    [Fact]
    public async Task Gauges_read_what_waits_to_be_swept_and_what_has_left()
    {
        Assert.Empty(Values("oauth.server.sweep.waiting"));
        await _server.Database.AddFamiliesAsync(30, TimeSpan.FromDays(2));
        await _server.Services.GetRequiredService<Sweeper>().RunAsync(TestContext.Current.CancellationToken);

        Assert.Contains("oauth.table=oauth_refresh_tokens 30", Values("oauth.server.sweep.removed"));
        Assert.Contains("oauth.table=oauth_refresh_tokens 0", Values("oauth.server.sweep.waiting"));
    }

    private Task<Reply> AskAsync(string grant, string secret) => _server.PostFormAsync(
        "/oauth/token", ("grant_type", grant), ("client_id", TestData.Web), ("client_secret", secret));

    private List<string> Values(string gauge) =>
        [.. _metrics.Read(gauge).Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Tags} {m.Value}"))];

    private IEnumerable<Measured> Requested(string outcome, string reason) => _metrics.All.Where(m =>
        m.Instrument == Requests
        && m.Tags.Contains($"oauth.outcome={outcome} oauth.reason={reason}", StringComparison.Ordinal));

    private void AssertRequests(int times, params string[] tags) =>
        Assert.Equal(times, _metrics.Count(Requests, tags));

    private void AssertReason(int times, string reason, string error, string grant) => AssertRequests(
        times,
        "oauth.endpoint=token",
        $"oauth.error={error}",
        $"oauth.grant_type={grant}",
        "oauth.outcome=refused",
        $"oauth.reason={reason}");
}
