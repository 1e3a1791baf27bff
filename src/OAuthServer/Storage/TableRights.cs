using OAuthServer.Storage.Schema;

namespace OAuthServer.Storage;

/// <summary>What the server's role has to be allowed to do.</summary>
internal static class TableRights
{
    private static readonly string[] Everything = ["SELECT", "INSERT", "UPDATE", "DELETE"];

    // What the server never does to these, so nobody has to grant it. Rows that are swept are locked first, which
    // takes UPDATE.
    private static readonly Dictionary<string, string[]> Less = new(StringComparer.Ordinal)
    {
        ["oauth_clients"] = ["SELECT"],
        ["oauth_resources"] = ["SELECT"],
        ["oauth_client_logos"] = ["SELECT"],
        ["operators"] = ["SELECT"],
        ["account_profiles"] = ["SELECT", "INSERT", "UPDATE"],
        ["oauth_audit_seals"] = ["SELECT", "INSERT"],
        ["oauth_signing_keys"] = ["SELECT", "INSERT", "UPDATE"],
        [AppliedScript.Table] = ["SELECT"],
    };

    /// <summary>What the admin API does besides.</summary>
    public static IReadOnlyList<TableRight> OfAdmin { get; } =
        [new TableRight("oauth_clients", "INSERT"), new TableRight("oauth_clients", "UPDATE")];

    /// <summary>The rights on one table.</summary>
    public static IEnumerable<TableRight> On(string table) =>
        Less.GetValueOrDefault(table, Everything).Select(right => new TableRight(table, right));
}
