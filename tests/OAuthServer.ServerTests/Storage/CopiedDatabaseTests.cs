using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// A copy of the database buys nothing, alone or with used tokens: what makes codes, tokens and sessions is not in it
/// (docs/decisions/026-a-server-secret-beside-the-signing-key.md). The thief's server has the copy and another secret.
/// </summary>
public sealed class CopiedDatabaseTests(SignedInServer flow) : IClassFixture<SignedInServer>, IAsyncLifetime
{
    private readonly string _otherSecret = KeyFolder.Create();
    private TestServer _thief = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _thief = await TestServer.StartAsync(new()
    {
        Database = flow.Database,
        Settings = new Dictionary<string, string?> { ["SigningKeys:Directory"] = _otherSecret },
    });

    public async ValueTask DisposeAsync()
    {
        await _thief.DisposeAsync();
        Directory.Delete(_otherSecret, recursive: true);
    }

    [Fact]
    public async Task No_key_of_session_cookies_lies_in_the_database_in_clear()
    {
        var keys = await StoredKeysAsync();

        Assert.NotEmpty(keys);
        Assert.All(keys, xml =>
        {
            Assert.Contains("encryptedKey", xml, StringComparison.Ordinal);
            Assert.DoesNotContain("masterKey", xml, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("/account/connections")]
    [InlineData("/account/password")]
    public async Task With_another_secret_no_session_cookie_is_read(string page)
    {
        using var mine = await flow.Browser.GetAsync(page);
        using var theirs = await flow.Browser.GetAsync(new Uri(_thief.Address, page).AbsoluteUri);

        Assert.Equal(HttpStatusCode.OK, mine.StatusCode);
        Assert.NotEqual(HttpStatusCode.OK, theirs.StatusCode);
    }

    [Fact]
    public async Task With_another_secret_no_session_cookie_is_made()
    {
        using var browser = new TestBrowser(_thief);
        await browser.SignInAsync();

        using var page = await browser.GetAsync(new Uri(flow.Server.Address, "/account/connections").AbsoluteUri);

        Assert.Equal(HttpStatusCode.SeeOther, page.StatusCode);
    }

    [Fact]
    public async Task A_used_token_and_the_copy_make_no_live_token()
    {
        var used = await flow.TokensAsync();
        var live = (await flow.Server.RefreshAsync(used.RefreshToken)).IsTokens().RefreshToken;
        var nonce = (await flow.Database.ScalarAsync<byte[]>(
            "SELECT successor_nonce FROM oauth_refresh_tokens WHERE token = $1", Handle.Hash(live!)))!;
        var presented = Base64Url.DecodeFromChars(used.RefreshToken!);
        byte[] seed = [.. nonce, .. presented];
        byte[][] guesses =
        [
            nonce,
            HMACSHA256.HashData(nonce, presented),
            HMACSHA256.HashData(nonce, System.Text.Encoding.UTF8.GetBytes(used.RefreshToken!)),
            HMACSHA256.HashData(presented, nonce),
            HMACSHA256.HashData(Array.Empty<byte>(), seed),
            SHA256.HashData(seed),
        ];

        Assert.DoesNotContain(Base64Url.DecodeFromChars(live!)[20..], guesses);
        Assert.NotEqual(HttpStatusCode.OK, (await _thief.RefreshAsync(used.RefreshToken)).Status);
        (await flow.Server.RefreshAsync(live)).IsTokens();
    }

    /// <summary>As whoever may write the database would put it there, or an old backup have it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(
        "<encryptedSecret decryptorType=\"OAuthServer.Accounts.SessionKeyDecryptor, OAuthServer\"><encryptedKey "
            + "secret=\"x\">AAAA</encryptedKey></encryptedSecret>")]
    [InlineData(
        "<encryptedSecret decryptorType=\"Microsoft.AspNetCore.DataProtection.XmlEncryption.NullXmlDecryptor, "
            + "Microsoft.AspNetCore.DataProtection\"><unencryptedKey><masterKey><value>MASTER</value></masterKey>"
            + "</unencryptedKey></encryptedSecret>")]
    public async Task A_key_in_clear_protects_nothing(string besides)
    {
        var id = Guid.NewGuid();
        var master = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
        const string descriptor = "Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel."
            + "AuthenticatedEncryptorDescriptorDeserializer, Microsoft.AspNetCore.DataProtection";
        var secret = besides.Replace("MASTER", master, StringComparison.Ordinal);
        var xml = $"""
            <key id="{id}" version="1"><creationDate>2026-01-01T00:00:00Z</creationDate>
            <activationDate>2026-01-01T00:00:00Z</activationDate><expirationDate>2036-01-01T00:00:00Z</expirationDate>
            <descriptor deserializerType="{descriptor}">
            <descriptor><encryption algorithm="AES_256_CBC" /><validation algorithm="HMACSHA256" />
            <masterKey><value>{master}</value></masterKey>{secret}</descriptor></descriptor></key>
            """;
        await flow.Database.ExecuteAsync(
            "INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('clear', $1)", xml);

        await using var next = await TestServer.StartAsync(new() { Database = flow.Database });
        var known = next.Services.GetRequiredService<IKeyManager>().GetAllKeys();
        await flow.Database.ExecuteAsync("DELETE FROM data_protection_keys WHERE friendly_name = 'clear'");

        Assert.DoesNotContain(known, key => key.KeyId == id);
        Assert.NotEmpty(known);
    }

    [Fact]
    public async Task While_the_secret_is_away_a_new_instance_is_not_ready_and_makes_no_key()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        await using var cold = await TestServer.StartAsync(new()
        {
            Database = database,
            AwaitReady = false,
            Services = services => services.AddSingleton<IServerSecretSource>(new NoSecret()),
        });

        using var ready = await cold.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        using var page = await cold.Http.GetAsync(new Uri("/account/sign-in", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.Throws<CryptographicException>(() => cold.Services.GetDataProtector("test").Protect("anything"));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM data_protection_keys"));
    }

    private async Task<List<string>> StoredKeysAsync() =>
        [.. (await flow.Database.QueryAsync("SELECT xml FROM data_protection_keys WHERE xml LIKE '<key%'")).Select(
            row => (string)row["xml"]!)];

    private sealed class NoSecret : IServerSecretSource
    {
        public string Place => "a store that is away";

        public Task<ServerSecrets?> ReadAsync(CancellationToken ct) =>
            throw new KeyStoreException("the store is away");

        public Task<bool> AddFirstAsync(string secret, CancellationToken ct) =>
            ReadAsync(ct).ContinueWith(_ => false, ct);

        public Task RotateAsync(string secret, bool keepPrevious, CancellationToken ct) => ReadAsync(ct);
    }
}
