using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Tokens made by an attacker: signature, algorithm, type, key, shape (RFC 9068 §4, RFC 8725).</summary>
public sealed class HostileTokenTests : IAsyncLifetime
{
    private TestApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _api = await TestApi.StartAsync();
        // The keys are at hand, so that no refusal below comes from their absence.
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    [Row("RS-07")]
    public async Task A_signature_that_does_not_fit_is_refused()
    {
        var token = _api.Token();
        var parts = token.Split('.');
        var payload = _api.Payload();
        payload["scope"] = "read admin";
        Expect.InvalidToken(await _api.GetAsync($"{parts[0]}.{SigningKey.Encode(payload.ToJsonString())}.{parts[2]}"));
        Expect.InvalidToken(await _api.GetAsync(token[..^8]));
        Expect.InvalidToken(await _api.GetAsync($"{parts[0]}.{parts[1]}."));
        Expect.InvalidToken(await _api.GetAsync($"{parts[0]}.{parts[1]}"));
        Expect.InvalidToken(await _api.GetAsync(token + "="));
        Expect.InvalidToken(await _api.GetAsync($"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}"));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(key: new SigningKey("other"))));
    }

    [Theory]
    [Row("RS-08")]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("nOnE")]
    [InlineData("NONE")]
    [InlineData("")]
    [InlineData("rs256")]
    [InlineData("RS256 ")]
    public async Task The_algorithm_none_and_its_relatives_are_refused(string algorithm)
    {
        var signed = _api.Token(header: header => header["alg"] = algorithm);
        Expect.InvalidToken(await _api.GetAsync(signed));
        Expect.InvalidToken(await _api.GetAsync(signed[..(signed.LastIndexOf('.') + 1)]));
        Expect.InvalidToken(await _api.GetAsync(signed[..signed.LastIndexOf('.')]));
    }

    [Fact]
    [Row("RS-08")]
    public async Task A_public_key_used_as_a_shared_secret_is_refused()
    {
        var key = _api.Issuer.Key;
        var pem = key.Rsa.ExportSubjectPublicKeyInfoPem();
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), Encoding.ASCII.GetBytes(key.Rsa.ExportRSAPublicKeyPem()),
            key.Rsa.ExportSubjectPublicKeyInfo(), key.Rsa.ExportRSAPublicKey(), Encoding.UTF8.GetBytes(key.ToJwk().ToJsonString()), key.Rsa.ExportParameters(false).Modulus!,
        ];
        foreach (var secret in secrets)
        {
            foreach (var algorithm in new[] { "HS256", "RS256" })
            {
                var header = _api.Header();
                header["alg"] = algorithm;
                Expect.InvalidToken(await _api.GetAsync(SigningKey.Compact(header.ToJsonString(), _api.Payload().ToJsonString(), input => HMACSHA256.HashData(secret, input))));
            }
        }
    }

    [Theory]
    [Row("RS-08")]
    [Row("AT-01")]
    [InlineData("RS384")]
    [InlineData("RS512")]
    [InlineData("PS256")]
    [InlineData("PS512")]
    public async Task An_honest_signature_by_another_algorithm_is_refused(string algorithm)
    {
        var header = _api.Header();
        header["alg"] = algorithm;
        var hash = new HashAlgorithmName("SHA" + algorithm[2..]);
        var padding = algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        Expect.InvalidToken(await _api.GetAsync(SigningKey.Compact(
            header.ToJsonString(), _api.Payload().ToJsonString(), input => _api.Issuer.Key.Rsa.SignData(input, hash, padding))));
    }

    [Theory]
    [Row("RS-09")]
    [Row("AT-01")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("at+jwt ")]
    [InlineData("application/jwt")]
    [InlineData("text/at+jwt")]
    public async Task Another_type_of_token_is_refused(string? type) =>
        Expect.InvalidToken(await _api.GetAsync(_api.Token(header: header => SetOrDrop(header, "typ", type))));

    [Theory]
    [Row("RS-09")]
    [Row("AT-01")]
    [InlineData("at+jwt")]
    [InlineData("AT+JWT")]
    [InlineData("application/at+jwt")]
    [InlineData("Application/AT+jwt")]
    public async Task An_access_token_type_is_accepted_in_any_case(string type) =>
        Expect.Ok(await _api.GetAsync(_api.Token(header: header => header["typ"] = type)));

    [Fact]
    [Row("RS-09")]
    public async Task An_id_token_is_refused()
    {
        static void IdToken(JsonObject payload)
        {
            foreach (var name in new[] { "client_id", "jti", "scope", "type" }) payload.Remove(name);
            payload["nonce"] = "n";
            payload["auth_time"] = (long)payload["iat"]!;
        }

        Expect.InvalidToken(await _api.GetAsync(_api.Token(IdToken, header => header["typ"] = "JWT")));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(IdToken)));
    }

    [Theory]
    [Row("RS-09")]
    [InlineData(null)]
    [InlineData("refresh")]
    [InlineData("Access")]
    [InlineData("id")]
    public async Task A_payload_that_is_not_marked_as_access_is_refused(string? type) =>
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => SetOrDrop(payload, "type", type))));

    [Theory]
    [Row("RS-14")]
    [Row("AT-01")]
    [InlineData("jwk", true)]
    [InlineData("jku", true)]
    [InlineData("x5u", true)]
    [InlineData("x5c", true)]
    [InlineData("jwk", false)]
    [InlineData("jku", false)]
    [InlineData("x5u", false)]
    [InlineData("x5c", false)]
    public async Task A_key_brought_by_the_token_is_never_used_or_fetched(string member, bool knownKid)
    {
        var attacker = new SigningKey(knownKid ? _api.Issuer.Key.Kid : "attacker");
        var url = _api.Issuer.Origin + "/evil";
        var token = _api.Token(key: attacker, header: header =>
        {
            header["kid"] = attacker.Kid;
            header[member] = member switch
            {
                "jwk" => attacker.ToJwk(),
                "x5c" => new JsonArray(Convert.ToBase64String(attacker.Rsa.ExportSubjectPublicKeyInfo())),
                _ => url,
            };
        });
        Expect.InvalidToken(await _api.GetAsync(token));
        Assert.Equal(0, _api.Issuer.Count("/evil"));
    }

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
        Expect.InvalidToken(await patient.GetAsync(patient.Token(payload => payload["x"] = new string('x', 1_000_000))));
        Expect.InvalidToken(await patient.GetAsync(new string('.', 1_000_000)));
    }

    [Fact]
    public async Task No_token_and_no_claim_reaches_the_log()
    {
        var (good, bad) = (_api.Token(), _api.Token(payload => payload["aud"] = "https://secret-place.example"));
        Expect.Ok(await _api.GetAsync(good));
        Expect.InvalidToken(await _api.GetAsync(bad));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(header: header => header["kid"] = "secret-kid")));
        Assert.Contains(_api.Log.Lines, line => line.Contains("for another resource", StringComparison.Ordinal));
        foreach (var secret in new[] { good, bad, good.Split('.')[2], bad.Split('.')[1], "secret-place", "secret-kid", "user-1" })
            Assert.DoesNotContain(_api.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
    }

    private static void SetOrDrop(JsonObject json, string name, string? value)
    {
        json.Remove(name);
        if (value is not null) json[name] = value;
    }
}
