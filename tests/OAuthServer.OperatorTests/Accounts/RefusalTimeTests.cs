using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>How long a refusal takes does not tell whether there is an account.</summary>
public sealed class RefusalTimeTests(FarDatabase far) : IClassFixture<FarDatabase>, IAsyncLifetime
{
    private static readonly string[] Kinds = ["unknown", "wrong", "disabled", "locked"];

    /// <summary>Hashes of other software, each slower than ours: 12 rounds of bcrypt, argon2 in 64 MB, much PBKDF2.</summary>
    private static readonly Dictionary<string, string> Imported = new(StringComparer.Ordinal)
    {
        ["bcrypt"] = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm",
        ["argon2"] = "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg",
        ["pbkdf2"] = "$pbkdf2-sha512$600000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4",
    };

    public async ValueTask InitializeAsync()
    {
        await far.Database.ExecuteAsync("DELETE FROM accounts WHERE email LIKE '%-%@example.com'");
        await far.AddPeopleAsync("wrong");
        await far.AddPeopleAsync("disabled", "disabled_at = now()");
        await far.AddPeopleAsync("locked", "lockout_end = now() + interval '1 day'");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [LongGateFact, Row("UI-09")]
    public Task Every_refused_sign_in_takes_as_long_as_that_of_an_unknown_account() => CompareAsync(Kinds);

    /// <summary>For the long gate: each of these takes a second. What a few of them show is in ImportedHashSignInTests.</summary>
    [LongGateFact]
    public async Task The_same_holds_where_slower_hashes_were_imported()
    {
        foreach (var (kind, hash) in Imported) await far.AddPeopleAsync(kind, $"password_hash = '{hash}'");

        await CompareAsync([.. Kinds, .. Imported.Keys]);
    }

    private Task CompareAsync(string[] kinds) => far.CompareAsync("/account/sign-in", kinds, HttpStatusCode.BadRequest);
}
