using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

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
            Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"),
            Encoding.ASCII.GetBytes(key.Rsa.ExportRSAPublicKeyPem()),
            key.Rsa.ExportSubjectPublicKeyInfo(), key.Rsa.ExportRSAPublicKey(),
            Encoding.UTF8.GetBytes(key.ToJwk().ToJsonString()), key.Rsa.ExportParameters(false).Modulus!,
        ];
        foreach (var secret in secrets)
        {
            foreach (var algorithm in new[] { "HS256", "RS256" })
            {
                var header = _api.Header();
                header["alg"] = algorithm;
                Expect.InvalidToken(
                    await _api.GetAsync(
                        SigningKey.Compact(
                            header.ToJsonString(),
                            _api.Payload().ToJsonString(),
                            input => HMACSHA256.HashData(secret, input))));
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
            header.ToJsonString(),
            _api.Payload().ToJsonString(),
            input => _api.Issuer.Key.Rsa.SignData(input, hash, padding))));
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

    [Fact]
    public async Task No_token_and_no_claim_reaches_the_log()
    {
        var (good, bad) = (_api.Token(), _api.Token(payload => payload["aud"] = "https://secret-place.example"));
        Expect.Ok(await _api.GetAsync(good));
        Expect.InvalidToken(await _api.GetAsync(bad));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(header: header => header["kid"] = "secret-kid")));
        Assert.Contains(_api.Log.Lines, line => line.Contains("for another resource", StringComparison.Ordinal));
        foreach (var secret in new[]
        {
            good,
            bad,
            good.Split('.')[2],
            bad.Split('.')[1],
            "secret-place",
            "secret-kid",
            "user-1",
        })
        {
            Assert.DoesNotContain(_api.Log.Lines, line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    private static void SetOrDrop(JsonObject json, string name, string? value)
    {
        json.Remove(name);
        if (value is not null) json[name] = value;
    }
}
