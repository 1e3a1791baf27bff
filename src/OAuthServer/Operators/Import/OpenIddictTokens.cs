using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Living refresh tokens of OpenIddict. A reference token is stored by the SHA-256 of what the app holds; any other is
/// encrypted by keys of that server, and its row says nothing of what the app holds.
/// </summary>
internal sealed class OpenIddictTokens(ForeignDatabase database)
{
    private const string Table = "OpenIddictTokens";

    private const string SelfContained =
        "it is encrypted by the other server, which keeps nothing that an app sends: only reference tokens come along";

    public async Task<IReadOnlyList<ForeignToken>> ReadAsync(
        IReadOnlyList<ForeignRow> applications, CancellationToken ct)
    {
        var clients = applications.ToDictionary(
            row => row.TextOrEmpty("Id"), row => row.TextOrEmpty("ClientId"), StringComparer.Ordinal);
        var authorizations = (await database.RowsAsync("OpenIddictAuthorizations", ct))
            .ToDictionary(row => row.TextOrEmpty("Id"), StringComparer.Ordinal);
        IEnumerable<ForeignRow> tokens =
        [
            .. await database.RowsAsync(Table, "Type", "refresh_token", ct),
            .. await database.RowsAsync(Table, "Type", "urn:ietf:params:oauth:token-type:refresh_token", ct),
        ];
        return
        [
            .. tokens.Where(token => token.Text("Status") == "valid" && !token.Has("RedemptionDate")).Select(token =>
                Read(token, clients, authorizations.GetValueOrDefault(token.TextOrEmpty("AuthorizationId")))),
        ];
    }

    private static ForeignToken Read(ForeignRow token, Dictionary<string, string> clients, ForeignRow? authorization)
    {
        var reference = token.Filled("ReferenceId");
        var hash = reference is null ? null : StoredHash.Read(reference);
        return new ForeignToken(
            clients.GetValueOrDefault(token.TextOrEmpty("ApplicationId"), ""), token.TextOrEmpty("Subject"), hash)
        {
            Scopes = authorization?.Texts("Scopes") ?? [],
            ExpiresAt = token.Moment("ExpirationDate"),
            Obstacle = reference is null ? SelfContained
                : hash is null ? "it is not stored by its SHA-256"
                : authorization is null ? "its authorization is gone, which has its scopes"
                : authorization.Text("Status") is { } status && status != "valid" ? $"its authorization is {status}"
                : null,
        };
    }
}
