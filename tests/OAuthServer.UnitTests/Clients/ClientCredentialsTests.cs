using System.Text;
using Microsoft.Extensions.Primitives;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Clients;

/// <summary>How a client says who it is (RFC 6749 §2.3.1).</summary>
public sealed class ClientCredentialsTests
{
    private const string Assertion = "client_assertion=x&client_assertion_type=y";
    private const string AssertionType = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    [Theory, Row("CAUTH-01")]
    [InlineData("my+client%3A1:p%2Bq+%25%3A%26%3D%22+r", "my client:1", "p+q %:&=\" r")]
    [InlineData("my%20client%3a1:s", "my client:1", "s")]
    [InlineData("c:a:b", "c", "a:b")]
    [InlineData("c:%C3%A9", "c", "é")]
    [InlineData("c:", "c", null)]
    [InlineData("my+client%3A1:", "my client:1", null)]
    [InlineData("c:demo-._~secret", "c", "demo-._~secret")]
    public void Basic_credentials_are_form_decoded_and_an_empty_secret_is_none(string pair, string id, string? secret)
    {
        var credentials = Accepted(Basic(pair), "");
        Assert.Equal((id, secret), (credentials.ClientId, credentials.ClientSecret));
    }

    [Fact, Row("CAUTH-01")]
    public void A_secret_that_was_not_encoded_is_another_secret_or_unreadable()
    {
        Assert.NotEqual("p+q", Accepted(Basic("c:p+q"), "").ClientSecret);
        AssertRefused(Basic("c:50%"), "", "invalid_client", 401, "basic_unreadable");
    }

    [Fact, Row("CAUTH-02")]
    public void Credentials_in_the_body_are_read()
    {
        var credentials = Accepted(StringValues.Empty, "client_id=c&client_secret=s%2B1");
        Assert.Equal(("c", "s+1"), (credentials.ClientId, credentials.ClientSecret));
        Assert.Null(Accepted(StringValues.Empty, "client_id=c").ClientSecret);
        Assert.Null(Accepted(StringValues.Empty, "client_id=c&client_secret=").ClientSecret);
    }

    [Theory, Row("CAUTH-06")]
    [InlineData("c:s", "client_secret=s")]
    [InlineData("c:s", "client_id=c&client_secret=s")]
    [InlineData("c:s", Assertion)]
    [InlineData("c:s", "client_assertion=x")]
    [InlineData("c:s", "client_assertion_type=y")]
    [InlineData(null, "client_id=c&client_secret=s&" + Assertion)]
    [InlineData("c:s", "client_id=c&client_secret=s&" + Assertion)]
    public void Two_methods_at_once_are_an_error(string? basic, string body) =>
        AssertRefused(
            basic is null ? StringValues.Empty : Basic(basic),
            body,
            "invalid_request",
            400,
            "client_authentication_repeated");

    [Fact, Row("CAUTH-07")]
    public void A_repeated_client_id_must_agree()
    {
        Assert.Equal("c", Accepted(Basic("c:s"), "client_id=c").ClientId);
        Assert.Equal("c", Accepted(Basic("c:s"), "client_id=").ClientId);
        AssertRefused(Basic("c:s"), "client_id=d", "invalid_request", 400, "client_id_contradicts");
        AssertRefused(Basic("c:s"), "client_id=C", "invalid_request", 400, "client_id_contradicts");
    }

    [Theory, Row("CAUTH-08")]
    [InlineData("")]
    [InlineData("client_id=")]
    [InlineData("client_secret=s")]
    public void No_client_at_all_is_invalid_client(string body) =>
        AssertRefused(StringValues.Empty, body, "invalid_client", 401, "client_id_missing");

    [Theory, Row("CAUTH-10")]
    [InlineData("Basic")]
    [InlineData("bAsIc")]
    [InlineData("Basic ")]
    [InlineData("Basic !!")]
    [InlineData("Basic Yzpz!")]
    [InlineData("Basic Yzp")]
    [InlineData("Basic Y3M=")]
    [InlineData("Basic OnM=")]
    [InlineData("Basic Yzr/")]
    [InlineData("Basic Yzol")]
    [InlineData("Basic Yzpz, Basic Yzpz")]
    [InlineData("Basic YzpzYzpz\u00e9")]
    public void A_broken_header_is_invalid_client(string header) =>
        AssertRefused(header, "client_id=c", "invalid_client", 401, "basic_unreadable");

    [Theory, Row("CAUTH-10")]
    [InlineData("Bearer x")]
    [InlineData("bearer eyJ.eyJ.c2ln")]
    [InlineData("DPoP x")]
    [InlineData("Negotiate YII=")]
    [InlineData("Digest username=\"c\"")]
    [InlineData("BasicYzpz")]
    [InlineData("undefined")]
    [InlineData("")]
    public void Another_scheme_is_no_client_authentication_and_the_body_counts(string header)
    {
        Assert.Equal("s", Accepted(header, "client_id=c&client_secret=s").ClientSecret);
        Assert.Null(Accepted(header, "client_id=c").ClientSecret);
        Assert.Equal("c", Accepted(header, "client_id=c").ClientId);
    }

    [Theory, Row("CAUTH-10")]
    [InlineData("Bearer x")]
    [InlineData("Digest username=\"c\"")]
    public void Another_scheme_alone_names_no_client(string header) =>
        AssertRefused(header, "", "invalid_client", 401, "basic_unreadable");

    [Theory, Row("CAUTH-10")]
    [InlineData("basic Yzpz")]
    [InlineData("BASIC Yzpz")]
    [InlineData("bAsIc   Yzpz")]
    public void The_scheme_is_read_in_any_letter_case(string header) =>
        Assert.Equal("s", Accepted(header, "").ClientSecret);

    [Fact, Row("CAUTH-10")]
    public void Two_headers_are_an_error() =>
        AssertRefused(
            new StringValues(["Basic Yzpz", "Basic Yzpz"]), "", "invalid_request", 400, "authorization_repeated");

    [Theory, Row("CAUTH-11")]
    [InlineData("c:s%00")]
    [InlineData("c%0A:s")]
    [InlineData("c:s\0")]
    public void Control_characters_are_refused(string pair) =>
        AssertRefused(Basic(pair), "", "invalid_request", 400, "control_characters");

    [Fact]
    public void A_header_that_is_too_long_is_not_read() =>
        AssertRefused(Basic("c:" + new string('s', 2000)), "", "invalid_client", 401, "basic_unreadable");

    [Fact]
    public void A_header_may_have_2048_characters()
    {
        var given = Basic("c:s").ToString();
        var blanks = new string(' ', 2048 - given.Length);

        Assert.Equal("s", Accepted(given.Replace(" ", " " + blanks, StringComparison.Ordinal), "").ClientSecret);
        AssertRefused(
            given.Replace(" ", "  " + blanks, StringComparison.Ordinal), "", "invalid_client", 401, "basic_unreadable");
    }

    [Theory, Row("PKJ-01")]
    [InlineData("client_assertion=x", "invalid_request", 400, "client_assertion_incomplete")]
    [InlineData("client_assertion_type=y", "invalid_request", 400, "client_assertion_incomplete")]
    [InlineData(
        "client_id=c&client_assertion=x&client_assertion_type=", "invalid_request", 400, "client_assertion_incomplete")]
    [InlineData("client_id=c&" + Assertion, "invalid_client", 401, "client_assertion_type_unsupported")]
    [InlineData("client_id=c&client_assertion=x&"
        + AssertionType, "invalid_client", 401, "client_assertion_unreadable")]
    [InlineData("client_assertion=eyJhbGciOiJFUzI1NiJ9.e30.c2ln&"
        + AssertionType, "invalid_client", 401, "client_id_missing")]
    public void An_assertion_has_its_type_and_names_a_client(string body, string error, int status, string reason) =>
        AssertRefused(StringValues.Empty, body, error, status, reason);

    [Theory, Row("PKJ-01")]
    [InlineData("", "s")]
    [InlineData("client_id=c&", "c")]
    public void Whose_an_assertion_is_client_id_says_or_its_subject(string before, string id)
    {
        var credentials = Accepted(
            StringValues.Empty, before + "client_assertion=eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzIn0.c2ln&" + AssertionType);
        Assert.Equal((id, "s", null), (credentials.ClientId, credentials.Assertion!.Subject, credentials.ClientSecret));
    }

    [Fact]
    public void Printing_shows_no_secret() => Assert.Equal("c", Accepted(Basic("c:demo-secret"), "").ToString());

    private static StringValues Basic(string pair) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair));

    private static Parameters Body(string encoded) =>
        Parameters.TryParse(Encoding.UTF8.GetBytes(encoded), out var body)
            ? body
            : throw new ArgumentException(encoded);

    private static ClientCredentials Accepted(StringValues authorization, string body)
    {
        Assert.False(
            ClientCredentials.Read(authorization, Body(body)).Failed(out var error, out var credentials),
            error?.Reason);
        return credentials!;
    }

    private static void AssertRefused(StringValues authorization, string body, string code, int status, string reason)
    {
        Assert.True(ClientCredentials.Read(authorization, Body(body)).Failed(out var error, out _));
        Assert.Equal((code, status, reason), (error.Code, error.Status, error.Reason));
    }
}
