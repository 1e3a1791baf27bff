using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Discovery;

/// <summary>The published list of what is inactive although it has not expired.</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class RevocationListTests(SharedServer tokens)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("REV-01")]
    [Row("REV-02")]
    [Row("REF-02")]
    [Row("CODE-07")]
    public async Task What_is_inactive_is_in_the_list_that_APIs_read()
    {
        var (alive, revoked, ended, reused) = (
            await tokens.TokensAsync(),
            await tokens.TokensAsync(),
            await tokens.TokensAsync(),
            await tokens.TokensAsync());
        var code = await tokens.CodeAsync();
        var replayed = (await tokens.Server.RedeemAsync(code)).IsTokens();
        (await tokens.Server.RevokeAsync(revoked.AccessToken)).IsDone();
        (await tokens.Server.RevokeAsync(ended.RefreshToken)).IsDone();
        var next = (await tokens.Server.RefreshAsync(
            (await tokens.Server.RefreshAsync(reused.RefreshToken)).IsTokens().RefreshToken)).IsTokens();
        (await tokens.Server.RefreshAsync(reused.RefreshToken)).IsError("invalid_grant");
        (await tokens.Server.RedeemAsync(code)).IsError("invalid_grant");

        foreach (var inactive in new[] { revoked, ended, reused, next, replayed })
            await Eventually.BecomesTrue(
                async () => await IsListedAsync(inactive), TimeSpan.FromSeconds(5), "the token is listed");
        Assert.False(await IsListedAsync(alive));
        // Revoking one access token leaves its grant alone.
        Assert.False(await IsListedAsync((await tokens.Server.RefreshAsync(revoked.RefreshToken)).IsTokens()));
    }

    // An entry is a whole jti, or the part before the dot, which names the grant.
    private async Task<bool> IsListedAsync(Reply reply)
    {
        var jti = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(reply.AccessToken).Id;
        var list = await tokens.Server.Http.GetStringAsync(new Uri("/oauth/revocations", UriKind.Relative), Ct);
        return list.Contains($"\"{jti}\"", StringComparison.Ordinal)
            || list.Contains($"\"{jti.Split('.')[0]}\"", StringComparison.Ordinal);
    }
}
