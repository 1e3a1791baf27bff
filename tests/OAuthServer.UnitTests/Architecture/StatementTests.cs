using Mono.Cecil;

namespace OAuthServer.UnitTests.Architecture;

/// <summary>Every statement is said in Storage and through the one context, and no query leaves it.</summary>
public sealed class StatementTests : IDisposable
{
    private const string EntityFramework = "Microsoft.EntityFrameworkCore";

    // An operator behind one of its queries would wrap a writing CTE, which PostgreSQL refuses (0A000).
    private const string Statements = "OAuthServer.Storage.Statements";

    private static readonly string[] Texts =
    [
        "FromSql", "FromSqlRaw", "FromSqlInterpolated", "SqlQuery", "SqlQueryRaw",
        "ExecuteSqlRaw", "ExecuteSqlRawAsync",
    ];

    // Each with what it needs the driver for.
    private static readonly Dictionary<string, string> PastTheContext = new(StringComparer.Ordinal)
    {
        ["OAuthServer.Clients.ClientChangeListener"] = "LISTEN needs a connection of its own",
        ["OAuthServer.Storage.PreparedStatementProbe"] = "prepares on one session and asks which one answers",
        ["OAuthServer.Storage.SessionWatch"] = "is told of a failed statement, and says none",
    };

    // Each with what it has to do with Entity Framework.
    private static readonly Dictionary<string, string> OutsideOfStorage = new(StringComparer.Ordinal)
    {
        ["OAuthServer.Accounts.AccountRegistration"] = "Identity and Data Protection are stored through the context",
        ["OAuthServer.Accounts.AccountStore"] = "Identity's store works on the context",
    };

    private readonly CompiledServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Text_becomes_a_statement_in_one_file() =>
        Assert.Equal([Statements], CallersOf(Texts).Distinct());

    [Fact]
    public void Nobody_says_a_statement_past_the_context() =>
        Assert.Equal(PastTheContext.Keys, Users(_server.AllTypes, IsDriversCommand));

    [Fact]
    public void No_query_leaves_Storage() => Assert.Empty(Users(OtherTypes, IsQuery));

    [Fact]
    public void Few_outside_of_Storage_know_of_Entity_Framework() =>
        Assert.Equal(OutsideOfStorage.Keys, Users(OtherTypes, IsEntityFramework));

    private IEnumerable<TypeDefinition> OtherTypes => _server.AllTypes.Where(type =>
        CompiledServer.NamespaceOf(type).Split('.') is not ["OAuthServer", "Storage", ..]);

    private static bool IsDriversCommand(TypeReference used) =>
        used.Name is "NpgsqlCommand" or "NpgsqlBatch" or "DbCommand" or "DbBatch";

    private static bool IsQuery(TypeReference used) =>
        used.Name.Contains("Queryable", StringComparison.Ordinal) || used.Name == "DbSet`1";

    // The factory is what commands and the host give to the tables.
    private static bool IsEntityFramework(TypeReference used) =>
        used.Namespace.StartsWith(EntityFramework, StringComparison.Ordinal) && used.Name != "IDbContextFactory`1";

    private static IEnumerable<string> Users(
        IEnumerable<TypeDefinition> types, Func<TypeReference, bool> what) => types
        .Where(type => CompiledServer.NamespaceOf(type).StartsWith("OAuthServer", StringComparison.Ordinal))
        .Where(type => CompiledServer.ReferencesOf(type).Any(what))
        .Select(WrittenName).Distinct().Order(StringComparer.Ordinal);

    private IEnumerable<string> CallersOf(string[] methods) =>
        from type in _server.AllTypes
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference called && methods.Contains(called.Name)
              && called.DeclaringType.Namespace.StartsWith(EntityFramework, StringComparison.Ordinal)
        select WrittenName(type);

    private static string WrittenName(TypeReference type) => type.FullName.Split('/')[0];
}
