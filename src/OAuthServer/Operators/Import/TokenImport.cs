using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Makes sessions of living refresh tokens, each of which is exchanged for one of this server's the first time that it
/// comes (docs/decisions/051-imported-refresh-tokens.md). Client, person and scopes stay what they are.
/// </summary>
/// <param name="editing">Writes them.</param>
/// <param name="options">Until when.</param>
/// <param name="report">What came of it.</param>
/// <param name="people">The account here of each person there.</param>
internal sealed class TokenImport(
    ImportEditing editing, ImportOptions options, ImportReport report, IReadOnlyDictionary<string, Guid> people)
{
    private const int BatchSize = 500;

    private readonly Dictionary<(string ClientId, string Why), int> _left = [];

    public async Task RunAsync(
        IReadOnlyList<ForeignToken> tokens, IReadOnlyList<ResourceRow> apis, CancellationToken ct)
    {
        var clients = await editing.ClientsAsync(ct);
        var accounts = await AccountsAsync(tokens, ct);
        var list = new ResourceList(apis);
        var fit = new List<ImportedToken>();
        foreach (var token in tokens)
        {
            var client = clients.GetValueOrDefault(token.ClientId);
            var apisOfClient = client is null ? null : new ClientResources(client, list);
            if (Obstacle(token, client, accounts) is { } obstacle) Leave(token, obstacle);
            else if (Fit(token, client!, apisOfClient!, accounts[token.Subject]) is { } imported) fit.Add(imported);
            else Leave(token, "none of its scopes is of an API that the client may ask for here");
        }

        var count = report.Count(ImportKinds.RefreshToken);
        foreach (var batch in fit.DistinctBy(token => Convert.ToHexString(token.Hash)).Chunk(BatchSize))
        {
            var made = await editing.AddAsync(batch, options.TokensUntil!.Value, ct);
            count.Made += made;
            count.AlreadyThere += batch.Length - made;
        }

        foreach (var ((clientId, why), number) in _left)
            report.NoteLeft(ImportKinds.RefreshToken, $"of {clientId} ({number})", why, number);
    }

    private string? Obstacle(ForeignToken token, ClientRow? client, Dictionary<string, Guid> accounts) => token switch
    {
        { Obstacle: { } why } => why,
        _ when client is null => "its client is not here",
        _ when client.DisabledAt is not null => "its client is disabled",
        _ when !client.GrantTypes.Contains(GrantTypes.RefreshToken) => "its client may not refresh here",
        _ when !accounts.ContainsKey(token.Subject) => "its person has no account here",
        { ExpiresAt: { } end } when end <= editing.Now => "it has expired",
        { LastEnd: { } end } when end <= editing.Now => "it has expired",
        _ => null,
    };

    // Null for a token that would be good for nothing here.
    private ImportedToken? Fit(ForeignToken token, ClientRow client, ClientResources apis, Guid userId)
    {
        var scopes = token.Scopes.Intersect(client.AllowedScopes).ToList();
        string[] resources =
        [
            .. apis.Names.Where((_, number) => apis.Scopes[number].Split(' ').Intersect(scopes).Any()),
        ];
        if (resources.Length == 0 && scopes.Contains(PersonScopes.OpenId) && options.PersonResource is { } person)
            resources = [person];
        if (resources.Length == 0) return null;
        return new ImportedToken
        {
            Hash = token.Hash!,
            ClientId = client.ClientId,
            UserId = userId,
            Scope = string.Join(' ', scopes),
            Resources = resources,
            AuthTime = token.AuthTime,
            ExpiresAt = Earlier(token.ExpiresAt, options.TokensUntil!.Value),
            FamilyExpiresAt = Earlier(token.LastEnd, editing.Now + options.LongestSession),
        };
    }

    // Whoever has an account here by other means is known by the id alone.
    private async Task<Dictionary<string, Guid>> AccountsAsync(IReadOnlyList<ForeignToken> tokens, CancellationToken ct)
    {
        var accounts = new Dictionary<string, Guid>(people, StringComparer.Ordinal);
        var unknown = tokens.Select(token => token.Subject).Distinct().Where(subject => !accounts.ContainsKey(subject))
            .Select(subject => (Subject: subject, Id: Guid.TryParse(subject, out var id) ? id : (Guid?)null))
            .Where(pair => pair.Id is not null);
        foreach (var batch in unknown.Chunk(BatchSize))
        {
            var known = (await editing.KnownAsync([.. batch.Select(pair => pair.Id!.Value)], [], ct))
                .Select(account => account.Id).ToHashSet();
            foreach (var (subject, id) in batch.Where(pair => known.Contains(pair.Id!.Value)))
                accounts[subject] = id!.Value;
        }

        return accounts;
    }

    private void Leave(ForeignToken token, string why) =>
        _left[(token.ClientId, why)] = _left.GetValueOrDefault((token.ClientId, why)) + 1;

    private static DateTimeOffset Earlier(DateTimeOffset? one, DateTimeOffset other) =>
        one is { } moment && moment < other ? moment : other;
}
