using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>What is taken for an ID token of this server when an app hands one back.</summary>
[Collection(SharedServer.Name)]
public sealed class IdTokenHintReaderTests(SharedServer flow)
{
    private static readonly Guid Session = new("5e551011-0000-4000-8000-000000000001");

    private IdTokenHintReader Reader => flow.Server.Services.GetRequiredService<IdTokenHintReader>();

    private SigningKey Key => flow.Server.Services.GetRequiredService<KeyRing>().Current!.Signing;

    [Fact]
    public async Task An_expired_token_of_ours_says_who_and_in_which_session()
    {
        Assert.Equal(new IdTokenHint(TestData.AliceId, Session, TestData.Web), await Reader.ReadAsync(Sign()));
        Assert.Equal(
            new IdTokenHint(TestData.AliceId, null, TestData.Web), await Reader.ReadAsync(Sign(("sid", null))));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("token-introspection+jwt")]
    public async Task Another_kind_of_token_is_none(string type) =>
        Assert.Null(await Reader.ReadAsync(Sign(type, Key)));

    [Theory]
    [InlineData("iss", "https://other.example")]
    [InlineData("sub", "demo-web")]
    [InlineData("sub", null)]
    [InlineData("aud", null)]
    [InlineData("aud", "two")]
    public async Task What_it_says_has_to_be_whole(string claim, string? value) =>
        Assert.Null(await Reader.ReadAsync(Sign((claim, value == "two" ? new[] { "a", "b" } : value))));

    [Fact]
    public async Task Only_our_own_signature_counts()
    {
        Assert.True(SigningKey.TryFromPem(SigningKey.GeneratePem(), out var foreign, out _));
        using (foreign) Assert.Null(await Reader.ReadAsync(Sign("JWT", foreign)));
        var parts = Sign().Split('.');
        Assert.Null(await Reader.ReadAsync($"{parts[0]}.{parts[1]}."));
        Assert.Null(
            await Reader.ReadAsync(Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""") + $".{parts[1]}."));
        Assert.Null(await Reader.ReadAsync("x"));
        Assert.Null(await Reader.ReadAsync(""));
        Assert.Null(await Reader.ReadAsync(new string('.', IdTokenHintReader.Longest + 1)));
        Assert.Null(await Reader.ReadAsync((await flow.TokensAsync()).AccessToken!));
    }

    private string Sign(params (string Name, object? Value)[] changes) => Sign("JWT", Key, changes);

    private static string Sign(string type, SigningKey key, params (string Name, object? Value)[] changes)
    {
        var claims = new Dictionary<string, object>
        {
            ["iss"] = TestServer.Issuer,
            ["sub"] = TestData.AliceId.ToString(),
            ["aud"] = TestData.Web,
            ["sid"] = Session.ToString(),
            ["iat"] = 1_600_000_000,
            ["exp"] = 1_600_000_900,
        };
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null) claims[name] = value;
        }

        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(
            new SecurityTokenDescriptor { TokenType = type, SigningCredentials = key.Credentials, Claims = claims });
    }
}
