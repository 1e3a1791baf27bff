using Microsoft.AspNetCore.Hosting;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>
/// Tokens with a right signature and an odd shape: critical headers, encryption, ambiguous JSON, size (RFC 7515
/// §4.1.11, RFC 7519 §4).
/// </summary>
public sealed class TokenShapeTests : IAsyncLifetime
{
    private TestApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [Row("RS-15")]
    [InlineData("\"crit\":[\"x\"],\"x\":1")]
    [InlineData("\"crit\":[\"b64\"],\"b64\":false")]
    [InlineData("\"b64\":false")]
    [InlineData("\"b64\":true")]
    [InlineData("\"crit\":[]")]
    [InlineData("\"crit\":null")]
    [InlineData("\"alg\":\"none\"")]
    [InlineData("\"typ\":\"at+jwt\"")]
    [InlineData("\"x\":{\"a\":1,\"a\":2}")]
    [InlineData("\"a\\u006cg\":\"none\"")]
    [InlineData("\"x\":")]
    public async Task An_odd_header_is_refused_though_its_signature_is_right(string extra)
    {
        var header = _api.Header().ToJsonString()[..^1] + "," + extra + "}";
        Expect.InvalidToken(await _api.GetAsync(_api.Issuer.Key.Sign(header, _api.Payload().ToJsonString())));
    }

    [Theory]
    [Row("RS-15")]
    [InlineData("\"scope\":\"admin\"")]
    [InlineData("\"\\u0073cope\":\"admin\"")]
    [InlineData("\"x\":{\"a\":1,\"a\":2}")]
    [InlineData("\"x\":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]")]
    [InlineData("\"x\":NaN")]
    [InlineData("// comment\n\"x\":1")]
    [InlineData("")]
    public async Task A_payload_that_two_readers_may_read_differently_is_refused(string extra)
    {
        var payload = _api.Payload().ToJsonString()[..^1] + "," + extra + "}";
        Expect.InvalidToken(await _api.GetAsync(_api.Issuer.Key.Sign(_api.Header().ToJsonString(), payload)));
    }

    [Theory]
    [Row("RS-15")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("")]
    [InlineData("\ufeff{}")]
    [InlineData("{\"sub\":\"\\ud800\"}")]
    public async Task Anything_but_an_object_of_claims_is_refused(string json)
    {
        Expect.InvalidToken(await _api.GetAsync(_api.Issuer.Key.Sign(_api.Header().ToJsonString(), json)));
        Expect.InvalidToken(await _api.GetAsync(_api.Issuer.Key.Sign(json, _api.Payload().ToJsonString())));
    }

    [Fact]
    [Row("RS-15")]
    public async Task Encrypted_tokens_are_refused()
    {
        const string Header = """{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"at+jwt","kid":"key-1","cty":"JWT"}""";
        Expect.InvalidToken(await _api.GetAsync($"{SigningKey.Encode(Header)}.AAAA.AAAA.AAAA.AAAA"));
        Expect.InvalidToken(await _api.GetAsync($"{_api.Token()}.AAAA.AAAA"));
        Expect.InvalidToken(await _api.GetAsync($"{_api.Token()}.AAAA"));
    }

    [Fact]
    [Row("RS-15")]
    public async Task A_long_token_is_refused_unread()
    {
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["x"] = new string('x', 13_000))));
        Assert.Equal(431, (int)(await _api.GetAsync(new string('a', 1_000_000))).Status);
        await using var patient = await TestApi.StartAsync(host: builder => builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBufferSize = 8_000_000;
            kestrel.Limits.MaxRequestHeadersTotalSize = 4_000_000;
        }));
        Expect.InvalidToken(
            await patient.GetAsync(patient.Token(payload => payload["x"] = new string('x', 1_000_000))));
        Expect.InvalidToken(await patient.GetAsync(new string('.', 1_000_000)));
    }
}
