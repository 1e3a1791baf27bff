using Mono.Cecil;

namespace OAuthServer.UnitTests.Architecture;

/// <summary>
/// One direction: Operators → Hosting → Endpoints → Pages → Accounts, Clients → RateLimits → Audit → Keys → Storage →
/// Settings → Protocol. A folder is an area; an area may use what stands in its row and nothing else.
/// </summary>
public sealed class LayerTests : IDisposable
{
    private static readonly string[] Settings = ["Protocol"];
    private static readonly string[] Storage = [.. Settings, "Settings"];
    private static readonly string[] Keys = [.. Storage, "Storage"];
    private static readonly string[] Audit = [.. Keys, "Keys"];
    private static readonly string[] RateLimits = [.. Audit, "Audit"];
    private static readonly string[] People = [.. RateLimits, "RateLimits"];
    private static readonly string[] Pages = [.. People, "Accounts"];
    private static readonly string[] Endpoints = [.. Pages, "Pages", "Clients"];
    private static readonly string[] Hosting = [.. Endpoints, "Endpoints"];

    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Protocol"] = [],
        ["Settings"] = Settings,
        ["Storage"] = Storage,
        ["Keys"] = Keys,
        ["Audit"] = Audit,
        ["RateLimits"] = RateLimits,
        ["Clients"] = People,
        ["Accounts"] = People,
        ["Pages"] = Pages,
        ["Endpoints"] = Endpoints,
        // A project of its own, which no published server contains.
        ["LocalPostgres"] = [],
        ["Hosting"] = [.. Hosting, "LocalPostgres"],
        ["Operators"] = [.. Hosting, "Hosting"],
    };

    private readonly CompiledServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Every_area_uses_only_what_stands_below_it()
    {
        var wrong = Arrows(_server.AllTypes)
            .Where(arrow => arrow.From != arrow.To && !MayUse[arrow.From].Contains(arrow.To))
            .Select(arrow => $"{arrow.From} → {arrow.To}: {arrow.User} uses {arrow.Used}")
            .Distinct().Order(StringComparer.Ordinal);
        Assert.False(wrong.Any(), string.Join(Environment.NewLine, wrong));
    }

    [Fact]
    public void Every_area_has_its_row() =>
        Assert.Equal(
            MayUse.Keys.Except(["LocalPostgres"]).Order(),
            _server.WrittenTypes.Select(AreaOf).OfType<string>().Distinct().Order());

    [Fact]
    public void The_arrows_are_seen_at_all()
    {
        var seen = Arrows(_server.AllTypes.Where(type => AreaOf(type) == "Endpoints")).Select(arrow => arrow.To).ToHashSet();
        Assert.Superset(Endpoints.ToHashSet(), seen);
    }

    [Fact]
    public void The_rows_themselves_make_no_circle()
    {
        var below = new Dictionary<string, string[]>(MayUse);
        while (below.Count > 0)
        {
            var lowest = below.Where(row => !row.Value.Any(below.ContainsKey)).Select(row => row.Key).ToList();
            Assert.NotEmpty(lowest);
            foreach (var area in lowest) below.Remove(area);
        }
    }

    private static IEnumerable<(string From, string To, string User, string Used)> Arrows(IEnumerable<TypeDefinition> types) =>
        from type in types
        let @from = AreaOf(type)
        where @from is not null
        from used in CompiledServer.ReferencesOf(type)
        let to = AreaOf(used)
        where to is not null
        select (@from, to, type.FullName, used.FullName);

    private static string? AreaOf(TypeReference type) =>
        CompiledServer.NamespaceOf(type).Split('.') is ["OAuthServer", var area, ..] ? area : null;
}
