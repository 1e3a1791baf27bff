using System.Collections.Frozen;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Reads the accounts of ASP.NET Core Identity, where its tables stand in the same database. Its hashes are this
/// server's own.
/// </summary>
/// <param name="profile">The columns of <c>account_profiles</c>, and whether each is a text.</param>
internal sealed class IdentityPeople(FrozenDictionary<string, bool> profile)
{
    private const string Users = "AspNetUsers";

    private readonly PersonDrafts _drafts = new(profile);

    /// <summary>The people, and what of them does not come along.</summary>
    public async Task<(IReadOnlyList<ForeignPerson> People, IReadOnlyList<ImportNote> Left)> ReadAsync(
        ForeignDatabase database, CancellationToken ct)
    {
        if (!database.Has(Users))
        {
            return ([], [new ImportNote(
                ImportKinds.Server, "accounts", $"there is no table {Users}; accounts import takes a file of them")]);
        }

        var claims = (await database.RowsAsync("AspNetUserClaims", ct))
            .ToLookup(claim => claim.TextOrEmpty("UserId"), StringComparer.Ordinal);
        var users = await database.RowsAsync(Users, ct);
        return (
            [.. users.Select(user => Person(user, claims[user.TextOrEmpty("Id")], database.Now))],
            await LeftAsync(database, users, ct));
    }

    private ForeignPerson Person(ForeignRow user, IEnumerable<ForeignRow> claims, DateTimeOffset now)
    {
        var known = claims.GroupBy(claim => claim.TextOrEmpty("ClaimType"))
            .ToDictionary(claim => claim.Key, claim => claim.First().Text("ClaimValue"), StringComparer.Ordinal);
        if (user.Filled("PhoneNumber") is { } phone) known["phone_number"] = phone;
        var isVerified = known.ContainsKey("phone_number") && user.Flag("PhoneNumberConfirmed");
        known["phone_number_verified"] = isVerified ? "true" : null;
        var name = user.Filled("UserName");
        return _drafts.Person(user.TextOrEmpty("Id"), new PersonDraft
        {
            Email = user.Filled("Email") ?? (name?.Contains('@', StringComparison.Ordinal) == true ? name : null),
            EmailConfirmed = user.Flag("EmailConfirmed"),
            PasswordHash = user.Filled("PasswordHash"),
            Disabled = user.Moment("LockoutEnd") > now,
            Known = known,
        });
    }

    private async Task<IReadOnlyList<ImportNote>> LeftAsync(
        ForeignDatabase database, IReadOnlyList<ForeignRow> users, CancellationToken ct)
    {
        var left = new List<ImportNote>();
        Note("second factors", users.Count(user => user.Flag("TwoFactorEnabled")), "they are added anew, here");
        Note("passkeys", await CountAsync("AspNetUserPasskeys"), "they are bound to the other server's host and rows");
        Note("external logins", await CountAsync("AspNetUserLogins"), "people sign in here, and link them again");
        Note("roles", await CountAsync("AspNetRoles"), "this server has none");
        var claims = await database.RowsAsync("AspNetUserClaims", ct);
        var others = claims.Count(claim => !profile.ContainsKey(claim.TextOrEmpty("ClaimType")));
        Note("claims", others, "they are no claims of OpenID Connect");
        Note("user names", users.Count(HasOtherName), "people sign in with their address");
        var locked = users.Count(user => user.Moment("LockoutEnd") > database.Now);
        Note("lockouts", locked, "who is locked out comes along disabled");
        return left;

        async Task<int> CountAsync(string table) => (await database.RowsAsync(table, ct)).Count;

        void Note(string what, int count, string why)
        {
            if (count > 0) left.Add(new ImportNote(ImportKinds.Server, $"{what} ({count})", why));
        }
    }

    private static bool HasOtherName(ForeignRow user) =>
        user.Filled("UserName") is { } name && !name.Equals(user.Filled("Email"), StringComparison.OrdinalIgnoreCase);
}
