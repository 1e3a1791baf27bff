using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.UnitTests.Keys;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Endpoints.Revoke;

/// <summary>Which access tokens are our own, and until when; and what is in one (RFC 9068 §2.2).</summary>
public sealed class AccessTokenReaderTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Noon);
    private readonly ServerTelemetry _telemetry = new(new("test"), TimeProvider.System);
    private readonly GrantedAccess _access = new(Handle.NewId(), Handle.NewId(), "read");

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public async Task A_token_is_ours_until_the_second_of_its_end()
    {
        var token = Issue();
        _clock.SetUtcNow(Noon.AddMinutes(15).AddTicks(-1));
        var read = await ReadAsync(token);
        Assert.Equal(("notes", _access.UserId), (read!.ClientId, read.Subject));
        Assert.StartsWith(Handle.GrantPart(_access.GrantId) + ".", read.Id, StringComparison.Ordinal);

        _clock.SetUtcNow(Noon.AddMinutes(15));
        Assert.Null(await ReadAsync(token));
    }

    [Fact]
    public async Task A_token_of_another_issuer_or_of_another_key_is_not()
    {
        Assert.Null(await ReadAsync(Issue(issuer: "https://other.example.test")));
        Assert.Null(await ReadAsync(Issue(key: 1)));
        Assert.NotNull(await ReadAsync(Issue(key: 2)));
        Assert.Null(await ReadAsync(Issue()[..^8] + "AAAAAAAA"));
        Assert.Null(await ReadAsync("a.b.c"));
    }

    [Fact]
    public async Task Without_a_key_nothing_can_be_verified()
    {
        var ring = new KeyRing(Options.Create(new SigningKeyOptions()), _clock);
        var reader = new AccessTokenReader(ring, Checking.Address("https://as.example.test"), _clock);

        Assert.False(reader.CanVerify);
        Assert.Null(await reader.ReadAsync(Issue()));
    }

    [Fact]
    public void A_token_lives_as_long_as_the_answer_says()
    {
        var key = TestKeys.Key(0);
        var issued = Issuer("https://as.example.test").Issue(key, "notes", _access with { RefreshToken = "next" });

        Assert.Equal((900, "next", "read"), (issued.ExpiresIn, issued.RefreshToken, issued.Scope));
        var payload = System.Text.Json.JsonDocument.Parse(
            System.Buffers.Text.Base64Url.DecodeFromChars(issued.AccessToken.Split('.')[1])).RootElement;
        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "type"],
            payload.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            (Noon.ToUnixTimeSeconds(), Noon.ToUnixTimeSeconds() + 900),
            (payload.GetProperty("iat").GetInt64(), payload.GetProperty("exp").GetInt64()));
    }

    private string Issue(string issuer = "https://as.example.test", int key = 0)
    {
        // Whoever signed with a key may keep it.
        var signing = TestKeys.Key(key);
        return Issuer(issuer).Issue(signing, "notes", _access).AccessToken;
    }

    private TokenIssuer Issuer(string issuer) =>
        new(
            Checking.Address(issuer),
            new IdTokenIssuer(Checking.Address(issuer)),
            Options.Create(new OAuthOptions { Issuer = issuer }),
            _clock,
            _telemetry);

    private Task<IssuedAccessToken?> ReadAsync(string token)
    {
        var ring = new KeyRing(Options.Create(new SigningKeyOptions()), _clock);
        ring.Replace(TestKeys.Stored(current: 0, previous: 2), TestKeys.Secrets);
        return new AccessTokenReader(ring, Checking.Address("https://as.example.test"), _clock).ReadAsync(token);
    }
}
