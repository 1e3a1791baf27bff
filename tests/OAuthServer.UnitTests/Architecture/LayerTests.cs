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
        ["Outgoing"] = [.. Settings, "Settings"],
        ["Storage"] = Storage,
        ["Keys"] = Keys,
        ["Audit"] = Audit,
        ["RateLimits"] = RateLimits,
        ["Clients"] = [.. People, "Outgoing"],
        ["Accounts"] = [.. People, "Outgoing"],
        ["Pages"] = Pages,
        ["Endpoints"] = Endpoints,
        // A project of its own, which no published server contains.
        ["LocalPostgres"] = [],
        ["Hosting"] = [.. Hosting, "LocalPostgres"],
        ["Operators"] = [.. Hosting, "Hosting", "Outgoing"],
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

    /// <summary>A constant leaves no trace in what is compiled, so the usings are looked at too.</summary>
    [Fact]
    public void Every_using_names_what_stands_below()
    {
        var wrong = from file in CompiledServer.SourceFiles()
                    let folders = file.Name.Split(Path.DirectorySeparatorChar)
                    where folders is ["OAuthServer", _, _, ..]
                    from line in file.Lines
                    where line.StartsWith("using OAuthServer.", StringComparison.Ordinal)
                    let named = AreaOf(line["using ".Length..^1])
                    where named is not null && named != folders[1] && !MayUse[folders[1]].Contains(named)
                    select $"{file.Name}: {line}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_area_has_its_row() =>
        Assert.Equal(
            MayUse.Keys.Except(["LocalPostgres"]).Order(),
            _server.WrittenTypes.Select(AreaOf).OfType<string>().Distinct().Order());

    [Fact]
    public void The_arrows_are_seen_at_all()
    {
        var arrows = Arrows(_server.AllTypes.Where(type => AreaOf(type) == "Endpoints"));
        Assert.Superset(Endpoints.ToHashSet(), arrows.Select(arrow => arrow.To).ToHashSet());
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

    private static IEnumerable<(string From, string To, string User, string Used)> Arrows(
        IEnumerable<TypeDefinition> types) =>
        from type in types
        let @from = AreaOf(type)
        where @from is not null
        from used in CompiledServer.ReferencesOf(type)
        let to = AreaOf(used)
        where to is not null
        select (@from, to, type.FullName, used.FullName);

    private static string? AreaOf(TypeReference type) => AreaOf(CompiledServer.NamespaceOf(type));

    private static string? AreaOf(string name) => name.Split('.') is ["OAuthServer", var area, ..] ? area : null;
}
