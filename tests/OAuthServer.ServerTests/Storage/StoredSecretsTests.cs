using System.Text;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Storage;

/// <summary>
/// Whoever reads the database, or a copy of it, finds nothing that opens anything (RFC 6819 §5.1.4.1.3).
/// </summary>
public sealed class StoredSecretsTests(SignedInServer flow) : IClassFixture<SignedInServer>
{
    [Fact]
    [Row("CAUTH-12")]
    public async Task A_dump_after_full_flows_holds_no_secret()
    {
        var unused = await flow.CodeAsync();
        var code = await flow.CodeAsync();
        var first = await flow.Server.RedeemAsync(code);
        var second = await flow.Server.RefreshAsync(first.RefreshToken);
        var repeated = await flow.Server.RefreshAsync(first.RefreshToken);
        var third = await flow.Server.RefreshAsync(second.RefreshToken, path: "/oauth/refresh");
        await flow.Server.RevokeAsync(third.AccessToken);
        await flow.Server.RedeemAsync(code);
        await flow.Server.RevokeAsync(third.RefreshToken);
        string?[] secrets =
        [
            unused, code, first.RefreshToken, first.AccessToken, second.RefreshToken, second.AccessToken,
            repeated.AccessToken,
            third.RefreshToken, third.AccessToken, AuthorizationAsk.Verifier, TestData.Secret, TestData.Password,
            // The language of the profile is no secret.
            .. flow.Browser.Cookies.Where(cookie => !cookie.Key.EndsWith("-language", StringComparison.Ordinal))
                .Select(cookie => cookie.Value),
        ];

        var dump = await DumpAsync();

        // The dump is real: what is no secret is in it, and so is the hash of the code.
        Assert.Contains(TestData.Web, dump, StringComparison.Ordinal);
        Assert.Contains(
            Hex(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(code))),
            dump,
            StringComparison.Ordinal);
        Assert.All(secrets, secret =>
        {
            Assert.False(string.IsNullOrEmpty(secret));
            Assert.DoesNotContain(secret, dump, StringComparison.Ordinal);
            Assert.DoesNotContain(Hex(Encoding.UTF8.GetBytes(secret)), dump, StringComparison.Ordinal);
        });
        // A handle is base64url: its bytes must not be stored either.
        Assert.All(new[] { unused, code, first.RefreshToken!, second.RefreshToken!, third.RefreshToken! }, handle =>
            Assert.DoesNotContain(Hex(Base64UrlEncoder.DecodeBytes(handle)), dump, StringComparison.Ordinal));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    private async Task<string> DumpAsync()
    {
        var tables = await flow.Database.QueryAsync(
            "SELECT quote_ident(table_name) AS name FROM information_schema.tables "
                + "WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'");
        var dump = new StringBuilder();
        foreach (var table in tables)
        {
            foreach (var row in await flow.Database.QueryAsync($"SELECT t::text AS row FROM {table["name"]} t"))
                dump.AppendLine((string)row["row"]!);
        }

        return dump.ToString();
    }
}
