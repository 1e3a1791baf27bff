using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace OAuthServer.UnitTests.Architecture;

/// <summary>The house rules that a machine can check: sizes, and that nothing secret can be printed by mistake.</summary>
public sealed class HouseRuleTests : IDisposable
{
    private const int LongestFile = 250;
    private const int LongestMethod = 40;
    private const int MostDependencies = 6;

    /// <summary>Records with a telling name that hold no secret, and what they hold instead.</summary>
    private static readonly Dictionary<string, string> NoSecrets = new(StringComparer.Ordinal)
    {
        ["OAuthServer.Protocol.OAuthError"] = "Code is the public error code",
        ["OAuthServer.Accounts.ErrorView"] = "Code is the public error code",
        ["OAuthServer.Development.ClusterDirectory"] = "Password is the path of a file",
        ["OAuthServer.Accounts.PasswordChange"] = "what to tell the person",
        ["OAuthServer.Accounts.PasswordView"] = "what to tell the person",
        ["OAuthServer.Token.TokenRoute"] = "the name of an address",
        ["OAuthServer.Tokens.AccessTokenClaims"] = "what the token says, without its signature",
        ["OAuthServer.Tokens.IssuedAccessToken"] = "the id of a token, not the token",
    };

    private static readonly string[] Telling = ["Token", "Code", "Secret", "Verifier", "Password"];

    private readonly CompiledServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_file_has_fewer_than_250_lines()
    {
        var files = Directory.EnumerateFiles(CompiledServer.SourceFolder, "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" && !IsBuilt(file)).ToList();
        Assert.True(files.Count > 100, "The source was not found.");
        AssertNone(files.Where(file => File.ReadLines(file).Count() >= LongestFile).Select(file => Path.GetRelativePath(CompiledServer.SourceFolder, file)));
    }

    [Fact]
    public void A_method_has_at_most_40_lines()
    {
        var methods = _server.AllTypes.SelectMany(type => type.Methods).Where(method => !method.IsConstructor).Select(method => (Name: method.FullName, Lines: LinesOf(method))).ToList();
        Assert.True(methods.Count(method => method.Lines > 1) > 100, "The debug symbols were not found.");
        AssertNone(methods.Where(method => method.Lines > LongestMethod).Select(method => $"{method.Lines} lines: {method.Name}"));
    }

    [Fact]
    public void A_constructor_has_at_most_six_dependencies() =>
        AssertNone(_server.WrittenTypes.Where(type => !IsRecord(type))
            .SelectMany(type => type.GetConstructors()).Where(constructor => constructor.Parameters.Count > MostDependencies && !FollowsFramework(constructor.DeclaringType)).Select(constructor => constructor.FullName));

    [Fact]
    public void A_record_that_may_hold_a_secret_says_itself_how_it_is_printed()
    {
        var records = _server.WrittenTypes.Where(IsRecord).Where(MayHoldSecret).ToList();
        Assert.Contains(records, record => record.Name == "ClientCredentials");
        AssertNone(records.Where(record => !NoSecrets.ContainsKey(record.FullName) && !PrintsItself(record)).Select(record => record.FullName));
    }

    [Fact]
    public void The_list_of_exceptions_names_only_what_exists() =>
        AssertNone(NoSecrets.Keys.Except(_server.WrittenTypes.Where(MayHoldSecret).Where(type => !PrintsItself(type)).Select(type => type.FullName)));

    [Fact]
    public void Each_log_line_has_a_number_of_its_own()
    {
        var lines = _server.AllTypes.SelectMany(type => type.Methods).Select(method => (method.FullName, Event: EventOf(method))).Where(line => line.Event is not null).ToList();
        Assert.True(lines.Count > 30, "The log lines were not found.");
        AssertNone(lines.GroupBy(line => line.Event).Where(same => same.Key <= 0 || same.Count() > 1).SelectMany(same => same.Select(line => $"{same.Key}: {line.FullName}")));
    }

    // Null for a method that writes no log line; -1 for one without a number.
    private static int? EventOf(MethodDefinition method)
    {
        if (method.CustomAttributes.SingleOrDefault(attribute => attribute.AttributeType.Name == "LoggerMessageAttribute") is not { } line) return null;
        var number = line.ConstructorArguments.Count == 3 ? line.ConstructorArguments[0].Value : line.Properties.SingleOrDefault(property => property.Name == "EventId").Argument.Value;
        return number as int? ?? -1;
    }

    private static void AssertNone(IEnumerable<string> found) => Assert.False(found.Any(), string.Join(Environment.NewLine, found));

    // What derives from a type of a library has to pass on what that wants.
    private static bool FollowsFramework(TypeDefinition type) => type.BaseType is { FullName: not "System.Object" } outside && !outside.FullName.StartsWith("OAuthServer.", StringComparison.Ordinal);

    private static bool IsBuilt(string file) => file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj");

    // From the first to the last line that does something, and the two braces around them.
    private static int LinesOf(MethodDefinition method)
    {
        var points = method.DebugInformation.SequencePoints
            .Where(point => !point.IsHidden && point.Document.Url.EndsWith(".cs", StringComparison.Ordinal) && !IsBuilt(point.Document.Url.Replace('\\', '/'))).ToList();
        return points.Count == 0 ? 0 : points.Max(point => point.EndLine) - points.Min(point => point.StartLine) + 1;
    }

    private static bool IsRecord(TypeDefinition type) =>
        type.Methods.Any(method => method.Name == "<Clone>$")
        || (type.IsValueType && type.Methods.Any(method => method.Name == "PrintMembers"));

    private static bool MayHoldSecret(TypeDefinition type)
    {
        var texts = type.Properties.Where(property => property.PropertyType.FullName is "System.String" or "System.Byte[]" || property.PropertyType.FullName.StartsWith("System.ReadOnlyMemory`1", StringComparison.Ordinal)).ToList();
        return texts.Count > 0 && (Tells(type.Name) || texts.Any(text => Tells(text.Name)));
    }

    private static bool Tells(string name) => Array.Exists(Telling, word => name.Contains(word, StringComparison.Ordinal));

    private static bool PrintsItself(TypeDefinition type) => type.Methods.Any(method =>
        method is { Name: "ToString", Parameters.Count: 0 } && !method.CustomAttributes.Any(a => a.AttributeType.Name == "CompilerGeneratedAttribute"));
}
