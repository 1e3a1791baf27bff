using System.Collections.Frozen;
using System.Globalization;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>What a user of a realm is here.</summary>
/// <param name="profile">The columns of <c>account_profiles</c>, and whether each is a text.</param>
internal sealed class KeycloakPeople(FrozenDictionary<string, bool> profile)
{
    private readonly PersonDrafts _drafts = new(profile);

    public ForeignPerson Read(ForeignRow user)
    {
        var password = user.Rows("credentials").FirstOrDefault(credential => credential.Text("type") == "password");
        var hash = password is null ? null : HashOf(password);
        return _drafts.Person(user.TextOrEmpty("id"), new PersonDraft
        {
            Email = user.Filled("email") ?? (IsAddress(user.Filled("username")) ? user.Filled("username") : null),
            EmailConfirmed = user.Flag("emailVerified"),
            Disabled = !user.Flag("enabled", otherwise: true),
            PasswordHash = hash,
            HashObstacle = password is not null && hash is null
                ? $"its password is hashed by {Algorithm(password)}, which is not known here"
                : null,
            Known = KnownOf(user),
        });
    }

    /// <summary>What of the users does not come along.</summary>
    public static IEnumerable<ImportNote> Left(IReadOnlyList<ForeignRow> users)
    {
        (string What, int Count, string Why)[] parts =
        [
            ("service accounts", Of("serviceAccountClientId"), "tokens of a client itself need nobody here"),
            ("second factors", Having("otp"), "they are added anew, here"),
            ("passkeys", Having("webauthn") + Having("webauthn-passwordless"), "they are bound to the other server"),
            ("external logins", Of("federatedIdentities"), "people sign in here, and link them again"),
            ("required actions", Of("requiredActions"), "nobody is asked for them here"),
        ];
        return parts.Where(part => part.Count > 0)
            .Select(part => new ImportNote(ImportKinds.Server, $"{part.What} ({part.Count})", part.Why));

        int Of(string member) => users.Count(user => user.Has(member));

        int Having(string type) =>
            users.Count(user => user.Rows("credentials").Any(credential => credential.Text("type") == type));
    }

    private static bool IsAddress(string? name) => name?.Contains('@', StringComparison.Ordinal) == true;

    private static Dictionary<string, string?> KnownOf(ForeignRow user)
    {
        var attributes = user.Object("attributes");
        var name = $"{user.Filled("firstName")} {user.Filled("lastName")}".Trim();
        return new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["name"] = name.Length > 0 ? name : null,
            ["given_name"] = user.Filled("firstName"),
            ["family_name"] = user.Filled("lastName"),
            ["preferred_username"] = user.Filled("username"),
            ["locale"] = attributes?.FirstText("locale"),
            ["phone_number"] = attributes?.FirstText("phoneNumber"),
        };
    }

    // Older exports have the figures beside the value, newer ones in texts of JSON.
    private static string? HashOf(ForeignRow credential)
    {
        var secret = credential.Object("secretData");
        var how = credential.Object("credentialData");
        var value = secret?.Filled("value") ?? credential.Filled("hashedSaltedValue");
        var salt = secret?.Filled("salt") ?? credential.Filled("salt");
        var rounds = how?.Number("hashIterations") ?? credential.Number("hashIterations");
        if (value is null) return null;
        return Algorithm(credential) switch
        {
            "pbkdf2" => Pbkdf2("sha1"),
            "pbkdf2-sha256" => Pbkdf2("sha256"),
            "pbkdf2-sha512" => Pbkdf2("sha512"),
            "argon2" when salt is not null && rounds is not null
                && how?.Object("additionalParameters") is { } figures =>
                $"$argon2{figures.FirstText("type")}$v=19$m={figures.FirstText("memory")},"
                + $"t={Digits(rounds.Value)},p={figures.FirstText("parallelism")}${Bare(salt)}${Bare(value)}",
            "bcrypt" when value.StartsWith("$2", StringComparison.Ordinal) => value,
            _ => null,
        };

        string? Pbkdf2(string function) => salt is null || rounds is null
            ? null
            : $"$pbkdf2-{function}$i={Digits(rounds.Value)}${Bare(salt)}${Bare(value)}";
    }

    private static string Algorithm(ForeignRow credential) =>
        credential.Object("credentialData")?.Filled("algorithm") ?? credential.Filled("algorithm")
        ?? "nothing that is named";

    private static string Digits(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Bare(string base64) => base64.TrimEnd('=');
}
