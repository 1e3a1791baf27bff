using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>A value of a list that the schema refuses.</summary>
/// <param name="Column">The list.</param>
/// <param name="Value">What stands in it.</param>
/// <param name="Rule">The constraint that it breaks.</param>
internal sealed record UnfitValue(string Column, string Value, string Rule)
{
    public override string ToString() => $"{Column} loses {Value}: {Rule}";
}

/// <summary>
/// Finds the values in the lists of clients that no row may have, so that a client comes along with the others. The
/// rules stay in the schema: it is asked about a row for each value.
/// </summary>
internal sealed class UnfitValues(ImportEditing editing)
{
    private const string RedirectUris = "redirect_uris";
    private const string PostLogoutRedirectUris = "post_logout_redirect_uris";
    private const string AppOrigins = "app_origins";

    /// <summary>What is unfit, by client.</summary>
    public async Task<ILookup<string, UnfitValue>> FindAsync(
        IReadOnlyList<ClientRow> rows, CancellationToken ct)
    {
        // A row without any of the lists says what is wrong with the client itself.
        List<(ClientRow Row, string Column, string Text)> asked =
            [.. rows.SelectMany(row => ValuesOf(row).Prepend((row, "", "")))];
        var probes = asked.Select((value, number) => Probe(value.Row, number, value.Column, value.Text)).ToList();
        var broken = (await editing.FindBrokenAsync(probes, ct))
            .ToLookup(constraint => constraint.ClientId, constraint => constraint.Name, StringComparer.Ordinal);
        var anyway = asked.Index().Where(entry => entry.Item.Column.Length == 0)
            .ToDictionary(entry => entry.Item.Row.ClientId, entry => broken[Name(entry.Index)], StringComparer.Ordinal);
        return asked.Index()
            .Select(entry => (entry.Item, Rules: broken[Name(entry.Index)].Except(anyway[entry.Item.Row.ClientId])))
            .Where(found => found.Rules.Any())
            .ToLookup(
                found => found.Item.Row.ClientId,
                found => new UnfitValue(found.Item.Column, found.Item.Text, string.Join(", ", found.Rules)),
                StringComparer.Ordinal);
    }

    /// <summary>Takes them out of a row.</summary>
    public static void Remove(ClientRow row, IEnumerable<UnfitValue> unfit)
    {
        foreach (var list in unfit.GroupBy(value => value.Column, value => value.Value))
        {
            switch (list.Key)
            {
                case RedirectUris: row.RedirectUris = [.. row.RedirectUris.Except(list)]; break;
                case PostLogoutRedirectUris:
                    row.PostLogoutRedirectUris = [.. row.PostLogoutRedirectUris.Except(list)];
                    break;
                default: row.AppOrigins = [.. row.AppOrigins.Except(list)]; break;
            }
        }
    }

    private static IEnumerable<(ClientRow Row, string Column, string Text)> ValuesOf(ClientRow row) =>
    [
        .. row.RedirectUris.Select(uri => (row, RedirectUris, uri)),
        .. row.PostLogoutRedirectUris.Select(uri => (row, PostLogoutRedirectUris, uri)),
        .. row.AppOrigins.Select(origin => (row, AppOrigins, origin)),
    ];

    private static ClientRow Probe(ClientRow row, int number, string column, string value) => row with
    {
        ClientId = Name(number),
        RedirectUris = column == RedirectUris ? [value] : [],
        PostLogoutRedirectUris = column == PostLogoutRedirectUris ? [value] : [],
        AppOrigins = column == AppOrigins ? [value] : [],
        GrantTypes = [Protocol.GrantTypes.RefreshToken],
    };

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"probe-{number}");
}
