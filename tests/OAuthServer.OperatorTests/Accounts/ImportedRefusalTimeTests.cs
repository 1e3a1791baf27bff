using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>
/// The same where slower hashes were imported, each answer of which takes a second. What a few of them show is in
/// ImportedHashSignInTests.
/// </summary>
public sealed class ImportedRefusalTimeTests(ImportedRefusalTimeTests.SlowDatabase far)
    : IClassFixture<ImportedRefusalTimeTests.SlowDatabase>
{
    /// <summary>
    /// Hashes of other software, each slower than ours: 12 rounds of bcrypt, argon2 in 64 MB, much PBKDF2.
    /// </summary>
    private static readonly Dictionary<string, string> Imported = new(StringComparer.Ordinal)
    {
        ["bcrypt"] = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm",
        ["argon2"] = "$argon2id$v=19$m=65536,t=3"
            + ",p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg",
        ["pbkdf2"] = "$pbkdf2-sha512$600000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4",
    };

    /// <summary>Half as many samples: each takes three times as long.</summary>
    public sealed class SlowDatabase : FarDatabase
    {
        /// <inheritdoc/>
        protected override int Samples => base.Samples / 2;
    }

    [LongGateFact]
    public async Task A_refusal_takes_as_long_whatever_software_made_the_hash()
    {
        await far.AddRefusedAsync();
        foreach (var (kind, hash) in Imported) await far.AddPeopleAsync(kind, $"password_hash = '{hash}'");

        await far.CompareAsync(
            "/account/sign-in", [.. FarDatabase.Refused, .. Imported.Keys], HttpStatusCode.BadRequest);
    }
}
