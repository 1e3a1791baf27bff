using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Proof Key for Code Exchange (RFC 7636).</summary>
public sealed class PkceTests
{
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    [Fact]
    public void The_challenge_of_Appendix_B_belongs_to_its_verifier() =>
        Assert.Equal(Challenge, Pkce.Challenge(Verifier));

    [Theory]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")]
    [InlineData("DBJFTJEZ4CVP-MB92K27UHBUJU1P1R_WW1GFWFOEJXK")]
    [InlineData("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk=")]
    public void Another_verifier_has_another_challenge(string verifier) =>
        Assert.NotEqual(Challenge, Pkce.Challenge(verifier));

    [Fact]
    public void Only_S256_is_served() => Assert.Equal("S256", Pkce.Method);

    [Theory]
    [InlineData(Challenge, true)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cMM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw/cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw.cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw~cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw cM", false)]
    [InlineData("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw\u00e9cM", false)]
    [InlineData("", false)]
    public void A_challenge_is_43_characters_of_base64url(string value, bool valid) =>
        Assert.Equal(valid, Pkce.IsChallenge(value));

    [Theory]
    [InlineData(0, false)]
    [InlineData(42, false)]
    [InlineData(43, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_verifier_has_43_to_128_characters(int length, bool valid) =>
        Assert.Equal(valid, Pkce.IsVerifier(new string('a', length)));

    [Theory]
    [InlineData('-', true)]
    [InlineData('.', true)]
    [InlineData('_', true)]
    [InlineData('~', true)]
    [InlineData('Z', true)]
    [InlineData('0', true)]
    [InlineData('+', false)]
    [InlineData('/', false)]
    [InlineData('=', false)]
    [InlineData(' ', false)]
    [InlineData('%', false)]
    [InlineData('\n', false)]
    [InlineData('\0', false)]
    [InlineData('\u00e9', false)]
    [InlineData('\uff21', false)]
    public void A_verifier_is_made_of_unreserved_characters(char character, bool valid) =>
        Assert.Equal(valid, Pkce.IsVerifier(Verifier[..42] + character));
}
