using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Token.Grants;

/// <summary>
/// Rotation, reuse, the retry window and the ends of a family (REF-01, REF-02, REF-08, REF-12, REF-13).
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RefreshRotationTests(SharedServer tokens)
{
    private static readonly TimeSpan PastTheWindow = TimeSpan.FromSeconds(31);

    public static TheoryData<string> Paths => ["/oauth/token", "/oauth/refresh"];

    [Theory]
    [Row("REF-01")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task Refresh_rotates(string path)
    {
        var first = await tokens.TokensAsync();
        var second = (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsTokens();
        var third = (await tokens.Server.RefreshAsync(second.RefreshToken, path: path)).IsTokens();

        Assert.Equal(3, new[] { first, second, third }.Select(one => one.RefreshToken).Distinct().Count());
        (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsError("invalid_grant");
    }

    [Theory]
    [Row("REF-02")]
    [Row("REF-12")]
    [InlineData("/oauth/token", 1)]
    [InlineData("/oauth/token", 2)]
    [InlineData("/oauth/token", 5)]
    [InlineData("/oauth/refresh", 2)]
    public async Task Reuse_revokes_the_whole_family(string path, int generationsBack)
    {
        var family = new List<Reply> { await tokens.TokensAsync() };
        for (var i = 0; i < generationsBack; i++)
            family.Add((await tokens.Server.RefreshAsync(family[^1].RefreshToken, path: path)).IsTokens());
        if (generationsBack == 1) await tokens.Database.AgeAsync(PastTheWindow);

        (await tokens.Server.RefreshAsync(family[0].RefreshToken, path: path)).IsError("invalid_grant");

        (await tokens.Server.RefreshAsync(family[^1].RefreshToken, path: path)).IsError("invalid_grant");
        foreach (var one in family) Assert.True(await tokens.Server.IsRevokedAsync(one.AccessToken!));
        Assert.Equal(1, await CountAsync(
            "oauth_audit_events WHERE event = 'refresh_token_reused' AND replace(grant_id::text, '-', '') = $1",
            family[0]));
    }

    [Theory]
    [Row("REF-08")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task A_refresh_token_lies_idle_for_seven_days_at_most(string path)
    {
        var kept = await tokens.TokensAsync();
        await tokens.Database.AgeAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        var next = (await tokens.Server.RefreshAsync(kept.RefreshToken, path: path)).IsTokens();
        await tokens.Database.AgeAsync(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));

        (await tokens.Server.RefreshAsync(next.RefreshToken, path: path)).IsError("invalid_grant");
    }

    [Theory]
    [Row("REF-08")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task Rotation_in_time_never_moves_the_end_of_the_family(string path)
    {
        var current = await tokens.TokensAsync();
        for (var day = 0; day < 84; day += 6)
        {
            await tokens.Database.AgeAsync(TimeSpan.FromDays(6));
            current = (await tokens.Server.RefreshAsync(current.RefreshToken, path: path)).IsTokens();
        }

        // 84 days old: the last token ends with the family on day 90, not on day 91.
        await tokens.Database.AgeAsync(TimeSpan.FromDays(6) - TimeSpan.FromMinutes(1));
        current = (await tokens.Server.RefreshAsync(current.RefreshToken, path: path)).IsTokens();
        await tokens.Database.AgeAsync(TimeSpan.FromMinutes(2));
        (await tokens.Server.RefreshAsync(current.RefreshToken, path: path)).IsError("invalid_grant");
    }

    [Theory]
    [Row("REF-13")]
    [Row("REF-12")]
    [MemberData(nameof(Paths))]
    public async Task A_lost_answer_costs_nothing_inside_the_window(string path)
    {
        var first = await tokens.TokensAsync();
        var lost = (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsTokens();
        await tokens.Database.AgeAsync(TimeSpan.FromSeconds(25));

        var again = (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsTokens();

        Assert.Equal(lost.RefreshToken, again.RefreshToken);
        Assert.Equal(1, await CountAsync(
            "oauth_audit_events WHERE event = 'refresh_token_rotated' AND replace(grant_id::text, '-', '') = $1",
            first));
        // Another client gets nothing by it, and breaks nothing.
        (await tokens.Server.RefreshAsync(first.RefreshToken, TestData.OtherWeb, path: path)).IsError("invalid_grant");
        (await tokens.Server.RefreshAsync(again.RefreshToken, path: path)).IsTokens();
        // The next token was used, so the window is closed.
        (await tokens.Server.RefreshAsync(first.RefreshToken, path: path)).IsError("invalid_grant");
    }

    [Theory]
    [Row("REF-13")]
    [InlineData("00:05:01", false)]
    [InlineData("-00:00:01", false)]
    [InlineData("00:05:00", true)]
    [InlineData("00:00:00", true)]
    public async Task A_window_beyond_five_minutes_stops_the_start(string window, bool starts) =>
        Assert.Equal(starts, await OwnServer.WouldStartAsync($"OAuth:RefreshRetryWindow={window}"));

    private Task<long> CountAsync(string rows, Reply family) =>
        tokens.Database.ScalarAsync<long>(
            $"SELECT count(*) FROM {rows}", new JsonWebToken(family.AccessToken).Id.Split('.')[0]);
}
