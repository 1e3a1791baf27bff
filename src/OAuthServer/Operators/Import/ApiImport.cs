using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Makes rows of APIs. One that is there stays as it is. An API whose name is no absolute URI needs one, since it is
/// what tokens carry in <c>aud</c>.
/// </summary>
internal sealed class ApiImport(ImportEditing editing, ImportOptions options, ImportReport report)
{
    private const int LongestName = 100;
    private const int LongestWords = 200;

    /// <summary>Every API that is there afterwards.</summary>
    public async Task<IReadOnlyList<ResourceRow>> RunAsync(IReadOnlyList<ForeignApi> apis, CancellationToken ct)
    {
        var rows = await editing.ResourcesAsync(ct);
        var known = rows.Select(row => row.Canonical).ToHashSet(StringComparer.Ordinal);
        var wanted = Wanted(apis);
        var fallback = Fallback(rows, wanted);
        foreach (var (canonical, api) in wanted)
        {
            if (known.Contains(canonical)) report.NoteThere(ImportKinds.Api);
            else await AddAsync(api with { IsDefault = canonical == fallback }, ct);
        }

        rows = await editing.ResourcesAsync(ct);
        if (wanted.Count > 0 && !rows.Exists(row => row.IsDefault))
        {
            report.NoteDifferent(
                ImportKinds.Server, "default API",
                "none is; a request that names no resource is refused. --default-api chooses one");
        }

        return rows;
    }

    private async Task AddAsync(ResourceRow api, CancellationToken ct)
    {
        if (await editing.TryAddAsync(api, ct) is { } refusal)
        {
            report.NoteLeft(ImportKinds.Api, api.Resource, refusal);
            return;
        }

        report.NoteMade(ImportKinds.Api, api.Resource, api.IsDefault ? "meant by requests that name none" : null);
    }

    // By the form that identifiers are compared in; two names of one API are one.
    private SortedDictionary<string, ResourceRow> Wanted(IReadOnlyList<ForeignApi> apis)
    {
        var wanted = new SortedDictionary<string, ResourceRow>(StringComparer.Ordinal);
        var named = apis.GroupBy(api => options.Apis.GetValueOrDefault(api.Identifier, api.Identifier));
        foreach (var api in named)
        {
            if (ResourceUri.Canonical(api.Key) is not { } canonical)
            {
                report.NoteLeft(
                    ImportKinds.Api, api.Key,
                    $"its name is no absolute URI, which aud is here: --api {api.Key}=https://... gives it one");
            }
            else if (RowOf(api.Key, [.. api]) is { } row)
            {
                wanted.TryAdd(canonical, row);
            }
        }

        return wanted;
    }

    private ResourceRow? RowOf(string identifier, IReadOnlyList<ForeignApi> apis)
    {
        var scopes = apis.SelectMany(api => api.Scopes).DistinctBy(scope => scope.Key)
            .Where(scope => !PersonScopes.All.Contains(scope.Key))
            .ToDictionary(scope => scope.Key, scope => Cut(scope.Value, scope.Key, LongestWords));
        if (scopes.Count == 0)
        {
            report.NoteLeft(ImportKinds.Api, identifier, "it has no scope of its own");
            return null;
        }

        return new ResourceRow
        {
            Resource = identifier,
            Name = Cut(apis[0].Name, identifier, LongestName),
            Scopes = JsonSerializer.Serialize(scopes),
        };
    }

    // One API alone is what apps mean that never heard of the parameter.
    private string? Fallback(List<ResourceRow> rows, SortedDictionary<string, ResourceRow> wanted)
    {
        if (rows.Exists(row => row.IsDefault)) return null;
        if (options.DefaultApi is { } chosen)
            return ResourceUri.Canonical(options.Apis.GetValueOrDefault(chosen, chosen));
        return wanted.Count == 1 && rows.Count == 0 ? wanted.First().Key : null;
    }

    private static string Cut(string words, string otherwise, int longest)
    {
        var text = string.IsNullOrWhiteSpace(words) ? otherwise : words.Trim();
        return text.Length <= longest ? text : text[..longest];
    }
}
