namespace OAuthServer.UnitTests.Architecture;

/// <summary>
/// One direction: Hosting → endpoints → {Clients, Tokens, Accounts} → {Keys, Storage, Limits} → {Telemetry, Configuration} → Protocol. A folder is an area; an
/// area may use what stands in its row and nothing else.
/// </summary>
public sealed class LayerTests : IDisposable
{
    private static readonly string[] Bottom = ["Protocol"];
    private static readonly string[] Stores = ["Protocol", "Configuration", "Telemetry"];
    private static readonly string[] Services = [.. Stores, "Storage", "Keys", "Limits"];
    private static readonly string[] Slices = [.. Services, "Diagnostics", "Http", "Clients", "Tokens", "Accounts"];
    private static readonly string[] Endpoints = ["Authorize", "Token", "Revoke", "Discovery"];

    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Configuration"] = Bottom,
        ["Telemetry"] = Bottom,
        ["Storage"] = Stores,
        ["Keys"] = Stores,
        ["Limits"] = Bottom,
        ["Diagnostics"] = [.. Stores, "Storage"],
        ["Http"] = [.. Stores, "Storage", "Diagnostics"],
        ["Sweeping"] = Services,
        ["Audit"] = Services,
        ["Clients"] = Services,
        ["Tokens"] = Services,
        ["Accounts"] = [.. Services, "Http", "Diagnostics"],
        ["Authorize"] = Slices,
        ["Token"] = Slices,
        ["Revoke"] = Slices,
        ["Discovery"] = Slices,
        ["Hosting"] = [.. Slices, .. Endpoints, "Sweeping", "Audit"],
        ["Doctor"] = [.. Services, "Sweeping", "Audit", "Clients", "Hosting"],
        ["Development"] = [.. Slices, .. Endpoints, "Sweeping", "Audit", "Hosting", "Commands"],
        ["Commands"] = [.. Slices, .. Endpoints, "Sweeping", "Audit", "Hosting", "Development", "Doctor"],
    };

    private readonly CompiledServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Every_area_uses_only_what_stands_below_it()
    {
        var wrong = _server.AllTypes
            .Where(type => AreaOf(CompiledServer.NamespaceOf(type)) is not null)
            .SelectMany(type => CompiledServer.ReferencesOf(type).Select(used => (
                From: AreaOf(CompiledServer.NamespaceOf(type))!, To: AreaOf(CompiledServer.NamespaceOf(used)), User: type.FullName, Used: used.FullName)))
            .Where(arrow => arrow.To is not null && arrow.To != arrow.From && !MayUse[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.From} → {arrow.To}: {arrow.User} uses {arrow.Used}")
            .Distinct().Order(StringComparer.Ordinal);
        Assert.False(wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void Every_area_has_its_row() =>
        Assert.Empty(_server.WrittenTypes.Select(type => AreaOf(CompiledServer.NamespaceOf(type))!).Distinct().Except(MayUse.Keys));

    [Fact]
    public void The_arrows_are_seen_at_all()
    {
        var seen = _server.AllTypes.Where(type => AreaOf(CompiledServer.NamespaceOf(type)) == "Token")
            .SelectMany(CompiledServer.ReferencesOf).Select(used => AreaOf(CompiledServer.NamespaceOf(used))).ToHashSet();
        Assert.Superset(new HashSet<string?> { "Storage", "Clients", "Tokens", "Keys", "Protocol", "Http", "Diagnostics" }, seen);
    }

    [Fact]
    public void The_rows_themselves_make_no_circle()
    {
        var below = MayUse.Where(row => row.Key is not ("Development" or "Commands")).ToDictionary();
        while (below.Count > 0)
        {
            var lowest = below.Where(row => !row.Value.Any(below.ContainsKey)).Select(row => row.Key).ToList();
            Assert.NotEmpty(lowest);
            foreach (var area in lowest) below.Remove(area);
        }
    }

    // Each with why it says a statement of its own: it listens, looks whether anybody is there, or makes a database to develop with.
    private static readonly string[] SayTheirOwn =
        ["OAuthServer.Clients.ClientChangeListener", "OAuthServer.Development.DemoSeed", "OAuthServer.Development.PrivatePostgres", "OAuthServer.Hosting.DatabaseHealthCheck"];

    [Fact]
    public void Statements_are_in_Storage() =>
        Assert.Equal(SayTheirOwn, _server.AllTypes
            .Where(type => AreaOf(CompiledServer.NamespaceOf(type)) is not "Storage" && CompiledServer.ReferencesOf(type).Any(used => used.Name is "NpgsqlCommand" or "NpgsqlBatch"))
            .Select(type => type.FullName.Split('/')[0]).Distinct().Order(StringComparer.Ordinal));

    private static string? AreaOf(string name) => name.Split('.') is ["OAuthServer", var area, ..] ? area : null;
}
