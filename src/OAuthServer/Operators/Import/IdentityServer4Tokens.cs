using System.Globalization;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Living refresh tokens of IdentityServer4: rows of <c>PersistedGrants</c>, whose key is the SHA-256 of what the app
/// holds and the word <c>:refresh_token</c>, in Base64 or, in the server that followed it, in hexadecimal.
/// </summary>
internal sealed class IdentityServer4Tokens(ForeignDatabase database)
{
    // The end of the year 9999.
    private const long LastSecond = 253_402_300_799;
    private const long MostSeconds = 3_155_760_000;

    public async Task<IReadOnlyList<ForeignToken>> ReadAsync(IReadOnlyList<ForeignRow> clients, CancellationToken ct)
    {
        var longest = clients.ToDictionary(
            client => client.TextOrEmpty("ClientId"),
            client => client.Number("AbsoluteRefreshTokenLifetime"),
            StringComparer.Ordinal);
        var grants = await database.RowsAsync("PersistedGrants", "Type", "refresh_token", ct);
        return
        [
            .. grants.Where(grant => !grant.Has("ConsumedTime"))
                .Select(grant => Read(grant, longest.GetValueOrDefault(grant.TextOrEmpty("ClientId")))),
        ];
    }

    private static ForeignToken Read(ForeignRow grant, long? longest)
    {
        var hash = StoredHash.Read(grant.TextOrEmpty("Key"));
        var data = grant.Object("Data");
        var isSealed = data?.Flag("DataProtected") == true;
        // The server that followed wraps what it does not encrypt, too.
        if (data is not null && !isSealed && data.Object("Payload") is { } inner) data = inner;
        var claims = ClaimsOf(data).ToLookup(
            claim => claim.TextOrEmpty("Type"), claim => claim.TextOrEmpty("Value"), StringComparer.Ordinal);
        string[] scopes = [.. data?.Texts("AuthorizedScopes") ?? [], .. claims["scope"]];
        return new ForeignToken(grant.TextOrEmpty("ClientId"), grant.TextOrEmpty("SubjectId"), hash)
        {
            Scopes = [.. scopes.Distinct()],
            AuthTime = Time(claims["auth_time"].FirstOrDefault()),
            ExpiresAt = grant.Moment("Expiration"),
            LastEnd = longest is > 0 and <= MostSeconds
                ? grant.Moment("CreationTime")?.AddSeconds(longest.Value)
                : null,
            Obstacle = hash is null ? "it is not stored by its SHA-256"
                : isSealed ? "its data is encrypted by the other server, and its scopes with it"
                : scopes.Length == 0 ? "its data names no scopes"
                : null,
        };
    }

    private static DateTimeOffset? Time(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var since) && since <= LastSecond
            ? DateTimeOffset.FromUnixTimeSeconds(since)
            : null;

    // With the access token that came with it, or, later, of the person.
    private static IEnumerable<ForeignRow> ClaimsOf(ForeignRow? data) =>
    [
        .. data?.Object("AccessToken")?.Rows("Claims") ?? [],
        .. data?.Object("Subject")?.Rows("Claims") ?? [],
    ];
}
