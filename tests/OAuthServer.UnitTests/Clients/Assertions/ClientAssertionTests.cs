using System.Buffers.Text;
using System.Text;
using OAuthServer.Clients.Assertions;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Clients.Assertions;

/// <summary>Reading an assertion, and what it must say (RFC 7523 §3).</summary>
public sealed class ClientAssertionTests
{
    private const string Issuer = "https://as.example.test";
    private const string Header = """{"alg":"ES256","kid":"k"}""";
    private const string Claims =
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1060,"iat":1000,"jti":"j"}""";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1000);

    [Fact]
    public void What_it_says_is_read()
    {
        var read = ClientAssertion.Read(
            Jwt(
                """{"alg":"ES256","kid":"k","typ":"JWT"}""",
                """{"iss":"i","sub":"s","aud":["a","b"],"exp":1.5,"nbf":2,"iat":3,"jti":"j"}"""))!;
        Assert.Equal(
            ("ES256", "k", "JWT", "i", "s", "j"),
            (read.Algorithm, read.KeyId, read.TokenType, read.Issuer, read.Subject, read.Id));
        Assert.Equal((1.5, 2d, 3d), (read.ExpiresAt, read.NotBefore, read.IssuedAt));
        Assert.Equal(["a", "b"], read.Audience);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("a.b.c.d.e")]
    public void What_is_no_signed_JWT_is_not_read(string text) => Assert.Null(ClientAssertion.Read(text));

    [Theory]
    [InlineData("[]", Claims)]
    [InlineData("1", Claims)]
    [InlineData("{}", Claims)]
    [InlineData("""{"alg":1}""", Claims)]
    [InlineData("""{"alg":null}""", Claims)]
    [InlineData("""{"alg":"ES256","alg":"none"}""", Claims)]
    [InlineData("""{"alg":"ES256","kid":7}""", Claims)]
    [InlineData("""{"alg":"ES256","typ":[]}""", Claims)]
    [InlineData("""{"alg":"ES256","crit":["b64"],"b64":false}""", Claims)]
    [InlineData("""{"alg":"ES256","crit":[]}""", Claims)]
    [InlineData("""{"alg":"ES256\u0000"}""", Claims)]
    [InlineData(Header, "[]")]
    [InlineData(Header, "")]
    [InlineData(Header, """{"sub":1}""")]
    [InlineData(Header, """{"sub":"c","sub":"d"}""")]
    [InlineData(Header, """{"sub":"c\u0000"}""")]
    [InlineData(Header, """{"sub":"c\r\n"}""")]
    [InlineData(Header, """{"sub":"\ud800"}""")]
    [InlineData(Header, """{"iss":{}}""")]
    [InlineData(Header, """{"jti":1}""")]
    [InlineData(Header, """{"exp":"1"}""")]
    [InlineData(Header, """{"nbf":true}""")]
    [InlineData(Header, """{"iat":null}""")]
    [InlineData(Header, """{"aud":["a",1]}""")]
    [InlineData(Header, "{\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}")]
    public void A_member_of_the_wrong_kind_or_twice_is_not_read(string header, string claims) =>
        Assert.Null(ClientAssertion.Read(Jwt(header, claims)));

    [Fact]
    public void One_that_is_too_long_is_not_read()
    {
        var longest = Jwt(Header, Claims);
        longest += new string('A', ClientAssertion.Longest - longest.Length);
        Assert.NotNull(ClientAssertion.Read(longest));
        Assert.Null(ClientAssertion.Read(longest + "A"));
    }

    [Fact]
    public void It_cannot_be_printed()
    {
        var text = Jwt(Header, Claims);
        Assert.DoesNotContain(text.Split('.')[1], ClientAssertion.Read(text)!.ToString(), StringComparison.Ordinal);
    }

    [Theory, Row("PKJ-02"), Row("PKJ-03"), Row("PKJ-04"), Row("PKJ-05")]
    [InlineData(Claims, null)]
    [InlineData(
        """{"iss":"d","sub":"c","aud":"https://as.example.test","exp":1060,"jti":"j"}""",
        Reasons.ClientAssertionOfAnother)]
    [InlineData(
        """{"sub":"c","aud":"https://as.example.test","exp":1060,"jti":"j"}""", Reasons.ClientAssertionOfAnother)]
    [InlineData(
        """{"iss":"c","sub":"C","aud":"https://as.example.test","exp":1060,"jti":"j"}""",
        Reasons.ClientAssertionOfAnother)]
    [InlineData("""{"iss":"c","sub":"c","aud":["https://as.example.test"],"exp":1060,"jti":"j"}""", null)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":["https://as.example.test","x"],"exp":1060,"jti":"j"}""",
        Reasons.ClientAssertionAudience)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test/","exp":1060,"jti":"j"}""",
        Reasons.ClientAssertionAudience)]
    [InlineData("""{"iss":"c","sub":"c","aud":[],"exp":1060,"jti":"j"}""", Reasons.ClientAssertionAudience)]
    [InlineData("""{"iss":"c","sub":"c","aud":{},"exp":1060,"jti":"j"}""", Reasons.ClientAssertionAudience)]
    [InlineData("""{"iss":"c","sub":"c","exp":1060,"jti":"j"}""", Reasons.ClientAssertionAudience)]
    [InlineData("""{"iss":"c","sub":"c","aud":"https://as.example.test","jti":"j"}""", Reasons.ClientAssertionLifetime)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1000,"jti":"j"}""",
        Reasons.ClientAssertionExpired)]
    [InlineData("""{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1000.5,"jti":"j"}""", null)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":-1e400,"jti":"j"}""",
        Reasons.ClientAssertionExpired)]
    [InlineData("""{"iss":"c","sub":"c","aud":"https://as.example.test","exp":4660,"jti":"j"}""", null)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":4661,"jti":"j"}""",
        Reasons.ClientAssertionLifetime)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1e400,"jti":"j"}""",
        Reasons.ClientAssertionLifetime)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1200,"iat":1060,"nbf":1060,"jti":"j"}""", null)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1200,"iat":1061,"jti":"j"}""",
        Reasons.ClientAssertionNotYetValid)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1200,"nbf":1061,"jti":"j"}""",
        Reasons.ClientAssertionNotYetValid)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1060}""", Reasons.ClientAssertionIdMissing)]
    [InlineData(
        """{"iss":"c","sub":"c","aud":"https://as.example.test","exp":1060,"jti":""}""",
        Reasons.ClientAssertionIdMissing)]
    public void Claims_are_for_us_and_for_now(string claims, string? reason) =>
        Assert.Equal(reason, Fault(Header, claims));

    [Theory, Row("PKJ-05")]
    [InlineData(512, null)]
    [InlineData(513, Reasons.ClientAssertionIdMissing)]
    public void A_jti_has_a_bound(int length, string? reason) =>
        Assert.Equal(
            reason, Fault(Header, Claims.Replace("\"j\"", $"\"{new string('j', length)}\"", StringComparison.Ordinal)));

    [Theory, Row("PKJ-06")]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("HS256")]
    [InlineData("es256")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("RSA-OAEP")]
    [InlineData("")]
    public void Other_algorithms_are_refused(string algorithm) =>
        Assert.Equal(Reasons.ClientAssertionAlgorithm, Fault($$"""{"alg":"{{algorithm}}"}""", Claims));

    [Theory, Row("PKJ-07")]
    [InlineData("JWT", null)]
    [InlineData("", null)]
    [InlineData("acme-auth+jwt", null)]
    [InlineData("application/client-authentication+jwt", null)]
    [InlineData("at+jwt", Reasons.ClientAssertionKind)]
    [InlineData("Application/AT+jwt", Reasons.ClientAssertionKind)]
    [InlineData("kb+jwt", Reasons.ClientAssertionKind)]
    public void Kinds_that_are_something_else_are_refused(string type, string? reason) =>
        Assert.Equal(reason, Fault($$"""{"alg":"ES256","typ":"{{type}}"}""", Claims));

    private static string? Fault(string header, string claims) =>
        AssertionRules.Fault(ClientAssertion.Read(Jwt(header, claims))!, "c", Issuer, Now);

    private static string Jwt(string header, string claims) => $"{Part(header)}.{Part(claims)}.c2ln";

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
