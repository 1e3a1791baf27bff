using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>Proof Key for Code Exchange (RFC 7636, RFC 9700 §2.1.1).</summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class PkceTests(SharedServer shared)
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static AuthorizationAsk LegacyAsk => AuthorizationAsk.For(TestData.Legacy, TestData.LegacyRedirectUri);

    [Theory]
    [Row("PKCE-01")]
    [InlineData(TestData.Spa, TestData.SpaRedirectUri)]
    [InlineData(TestData.Native, TestData.NativeRedirectUri)]
    [InlineData(TestData.Web, TestData.WebRedirectUri)]
    public async Task A_challenge_is_required(string clientId, string redirectUri)
    {
        var ask = AuthorizationAsk.For(clientId, redirectUri).With("code_challenge", null);
        await RefusedAsync(ask);
        await RefusedAsync(ask.With("code_challenge_method", null));
    }

    [Fact]
    [Row("PKCE-01")]
    public async Task A_confidential_client_with_a_waiver_may_go_without()
    {
        var ask = LegacyAsk.With("code_challenge", null).With("code_challenge_method", null);
        var answer = Expect.Code(await shared.AuthorizeAsync(ask), TestData.LegacyRedirectUri);
        Expect.Tokens(
            await shared.Server.RedeemAsync(answer.Code, TestData.Legacy, TestData.LegacyRedirectUri, verifier: null));
    }

    [Theory]
    [Row("PKCE-02")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("s256")]
    [InlineData("S512")]
    [InlineData("S256 ")]
    [InlineData("none")]
    public async Task Only_s256_is_supported(string? method)
    {
        await RefusedAsync(new AuthorizationAsk().With("code_challenge_method", method));
        await RefusedAsync(LegacyAsk.With("code_challenge_method", method));
        await RefusedAsync(
            AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri).With("code_challenge_method", method));
    }

    [Theory]
    [Row("PKCE-03")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c=")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw cM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstwécM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw.cM")]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw\0cM")]
    public async Task A_challenge_is_43_base64url_characters(string challenge)
    {
        await RefusedAsync(new AuthorizationAsk().With("code_challenge", challenge));
        await RefusedAsync(LegacyAsk.With("code_challenge", challenge));
    }

    [Theory]
    [Row("PKCE-03")]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1)]
    public async Task A_challenge_of_another_length_is_refused(int length) =>
        await RefusedAsync(new AuthorizationAsk().With("code_challenge", new string('a', length)));

    [Fact]
    [Row("PKCE-03")]
    public async Task A_method_without_a_challenge_is_refused() =>
        await RefusedAsync(LegacyAsk.With("code_challenge", null).With("code_challenge_method", "S256"));

    [Theory]
    [Row("PKCE-04")]
    [InlineData(AuthorizationAsk.Verifier)]
    [InlineData("...........................................")]
    [InlineData(Unreserved)]
    [InlineData(Unreserved + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")]
    public async Task The_right_verifier_succeeds(string verifier)
    {
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        if (verifier == AuthorizationAsk.Verifier) Assert.Equal(AuthorizationAsk.Challenge, challenge);
        var code = await shared.CodeAsync(new AuthorizationAsk().With("code_challenge", challenge));
        Expect.Tokens(await shared.Server.RedeemAsync(code, verifier: verifier));
    }

    [Fact]
    [Row("PKCE-04")]
    public async Task A_verifier_of_128_characters_succeeds()
    {
        var verifier = (Unreserved + Unreserved)[..128];
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var code = await shared.CodeAsync(new AuthorizationAsk().With("code_challenge", challenge));
        Expect.Tokens(await shared.Server.RedeemAsync(code, verifier: verifier));
    }

    [Fact]
    [Row("PKCE-05")]
    public async Task A_wrong_verifier_fails()
    {
        const string other = "another-verifier-that-is-well-formed-0123456789";
        var otherChallenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(other)));
        var otherCode = await shared.CodeAsync(new AuthorizationAsk().With("code_challenge", otherChallenge));
        string[] wrong =
        [
            other,
            AuthorizationAsk.Challenge,
            AuthorizationAsk.Verifier + "a",
            AuthorizationAsk.Verifier.ToUpperInvariant(),
        ];
        foreach (var verifier in wrong)
        {
            Expect.Error(
                await shared.Server.RedeemAsync(await shared.CodeAsync(), verifier: verifier), "invalid_grant");
        }

        Expect.Error(await shared.Server.RedeemAsync(otherCode), "invalid_grant");
    }

    [Theory]
    [Row("PKCE-06")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_missing_verifier_fails(string? verifier)
    {
        Expect.Error(await shared.Server.RedeemAsync(await shared.CodeAsync(), verifier: verifier), "invalid_grant");
        var spa = await shared.CodeAsync(AuthorizationAsk.For(TestData.Spa, TestData.SpaRedirectUri));
        Expect.Error(await shared.Server.RedeemAsync(spa, TestData.Spa, verifier: verifier), "invalid_grant");
        var legacy = await shared.CodeAsync(LegacyAsk);
        Expect.Error(
            await shared.Server.RedeemAsync(legacy, TestData.Legacy, TestData.LegacyRedirectUri, verifier),
            "invalid_grant");
    }

    [Theory]
    [Row("PKCE-07")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX")]
    [InlineData("x")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX+")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX/")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX=")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX ")]
    [InlineData(" dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXké")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk\0")]
    public async Task A_malformed_verifier_is_refused_and_the_code_stays(string verifier)
    {
        var code = await shared.CodeAsync();
        Expect.Error(await shared.Server.RedeemAsync(code, verifier: verifier), "invalid_request");
        Expect.Tokens(await shared.Server.RedeemAsync(code));
    }

    [Fact]
    [Row("PKCE-07")]
    public async Task A_verifier_of_129_characters_is_refused() =>
        Expect.Error(
            await shared.Server.RedeemAsync(await shared.CodeAsync(), verifier: new string('a', 129)),
            "invalid_request");

    [Fact]
    [Row("PKCE-08")]
    public async Task A_verifier_for_a_code_without_challenge_is_refused()
    {
        var code = await shared.CodeAsync(LegacyAsk.With("code_challenge", null).With("code_challenge_method", null));
        Expect.Error(
            await shared.Server.RedeemAsync(code, TestData.Legacy, TestData.LegacyRedirectUri), "invalid_request");
    }

    private async Task RefusedAsync(AuthorizationAsk ask)
    {
        using var response = await shared.OpenAsync(ask);
        Expect.Redirect(response, "invalid_request", ask);
    }
}
