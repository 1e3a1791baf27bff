using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace OAuthServer.UnitTests.Architecture;

/// <summary>
/// The house rules that a machine can check: sizes, names, and that nothing secret can be printed by mistake.
/// </summary>
public sealed class HouseRuleTests : IDisposable
{
    private const int LongestFile = 250;
    private const int LongestLine = 140;
    private const int LongestMethod = 40;
    private const int LongestStatement = 60;
    private const int MostParameters = 6;

    /// <summary>
    /// Methods that are one SQL statement: "once" is one statement (docs/decisions/001-one-statement-beside-ef.md), and
    /// what has to hold at that moment cannot stand in another one.
    /// </summary>
    private static readonly string[] Statements =
    [
        "OAuthServer.Storage.AuthorizationCodes/<TryIssueAsync>",
        "OAuthServer.Storage.AuthorizationCodes/<TryRedeemAsync>",
        "OAuthServer.Storage.RefreshTokens/<RotateAsync>",
    ];

    /// <summary>Records with a telling name that hold no secret, and what they hold instead.</summary>
    private static readonly Dictionary<string, string> NoSecrets = new(StringComparer.Ordinal)
    {
        ["OAuthServer.Protocol.OAuthError"] = "Code is the public error code",
        ["OAuthServer.Pages.Views.ErrorView"] = "Code is the public error code",
        ["OAuthServer.Pages.Views.PasswordView"] = "what to tell the person",
        ["OAuthServer.Endpoints.Token.TokenRoute"] = "the name of an address",
    };

    private static readonly string[] Telling = ["Token", "Code", "Secret", "Verifier", "Password"];

    private readonly CompiledServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_file_has_fewer_than_250_lines() =>
        AssertNone(CompiledServer.SourceFiles()
            .Where(file => file.Lines.Count >= LongestFile).Select(file => file.Name));

    [Fact]
    public void A_line_has_at_most_140_characters() =>
        AssertNone(
            from file in CompiledServer.WrittenFiles()
            from line in file.Lines.Index()
            where line.Item.Length > LongestLine
            select $"{file.Name}:{line.Index + 1} has {line.Item.Length}");

    [Fact]
    public void A_method_has_at_most_40_lines()
    {
        var methods = _server.AllTypes.SelectMany(type => type.Methods).Where(method => !method.IsConstructor)
            .Select(method => (Name: method.FullName, Lines: LinesOf(method))).ToList();
        Assert.True(methods.Count(method => method.Lines > 1) > 100, "The debug symbols were not found.");
        var tall = methods.Where(method => method.Lines > LongestMethod).ToList();
        AssertNone(tall.Where(method => method.Lines > LongestStatement || StatementIn(method.Name) is null)
            .Select(method => $"{method.Lines} lines: {method.Name}"));
        AssertNone(Statements.Except(tall.Select(method => StatementIn(method.Name)).OfType<string>()));
    }

    [Fact]
    public void A_record_has_at_most_six_positional_members()
    {
        var records = _server.WrittenTypes.Where(IsRecord).ToList();
        Assert.True(records.Count > 30, "The records were not found.");
        AssertNone(records
            .Where(record => PositionalMembers(record) > MostParameters).Select(record => record.FullName));
    }

    [Fact]
    public void A_constructor_has_at_most_six_parameters() =>
        AssertNone(_server.WrittenTypes.Where(type => !IsRecord(type) && !FollowsFramework(type))
            .SelectMany(type => type.GetConstructors())
            .Where(constructor => constructor.Parameters.Count > MostParameters)
            .Select(constructor => constructor.FullName));

    [Fact]
    public void A_handler_of_a_route_has_at_most_six_parameters()
    {
        var methods = _server.AllTypes.SelectMany(type => type.Methods);
        var handlers = methods.Where(MapsRoutes).SelectMany(HandlersIn).ToList();
        Assert.Contains(handlers, handler => handler is { Name: "AnswerAsync", DeclaringType.Name: "SignInEndpoint" });
        AssertNone(handlers
            .Where(handler => handler.Parameters.Count > MostParameters).Select(handler => handler.FullName));
    }

    [Fact]
    public void A_token_of_cancellation_is_called_ct_and_a_logger_logger()
    {
        string[] types = ["System.Threading.CancellationToken", "Microsoft.Extensions.Logging.ILogger"];
        var named = types.SelectMany(Named).ToList();
        Assert.True(named.Count > 100, "The parameters were not found.");
        AssertNone(named.Where(parameter => parameter.Name is not ("ct" or "logger"))
            .Select(parameter => $"{parameter.Name} in {((MethodDefinition)parameter.Method).FullName}"));
    }

    [Fact]
    public void Behaviour_is_a_class_and_not_a_delegate_type() =>
        AssertNone(_server.WrittenTypes.Where(type => type.BaseType?.FullName == "System.MulticastDelegate")
            .Select(type => type.FullName));

    [Fact]
    public void A_record_that_may_hold_a_secret_says_itself_how_it_is_printed()
    {
        var records = _server.WrittenTypes.Where(IsRecord).Where(MayHoldSecret).ToList();
        Assert.Contains(records, record => record.Name == "ClientCredentials");
        AssertNone(records.Where(record => !NoSecrets.ContainsKey(record.FullName) && !PrintsItself(record))
            .Select(record => record.FullName));
    }

    [Fact]
    public void The_list_of_exceptions_names_only_what_exists() =>
        AssertNone(NoSecrets.Keys.Except(_server.WrittenTypes
            .Where(MayHoldSecret).Where(type => !PrintsItself(type)).Select(type => type.FullName)));

    [Fact]
    public void Each_log_line_has_a_number_of_its_own()
    {
        var lines = _server.AllTypes.SelectMany(type => type.Methods).Where(method => LineOf(method) is not null)
            .Select(method => (method.FullName, Event: EventOf(LineOf(method)!))).ToList();
        Assert.True(lines.Count > 30, "The log lines were not found.");
        AssertNone(lines.GroupBy(line => line.Event).Where(same => same.Key <= 0 || same.Count() > 1)
            .SelectMany(same => same.Select(line => $"{same.Key}: {line.FullName}")));
    }

    [Fact]
    public void A_class_logs_with_its_own_logger() =>
        AssertNone(_server.AllTypes.SelectMany(type => type.Methods)
            .Where(method => LineOf(method) is not null && method.IsStatic).Select(method => method.FullName));

    private static CustomAttribute? LineOf(MethodDefinition method) =>
        method.CustomAttributes.SingleOrDefault(attribute => attribute.AttributeType.Name == "LoggerMessageAttribute");

    // -1 for a line without a number.
    private static int EventOf(CustomAttribute line)
    {
        var number = line.ConstructorArguments.Count == 3
            ? line.ConstructorArguments[0].Value
            : line.Properties.SingleOrDefault(property => property.Name == "EventId").Argument.Value;
        return number as int? ?? -1;
    }

    // Parameters that a method of ours chose the name of: an override keeps the name of its base.
    private IEnumerable<ParameterDefinition> Named(string type) =>
        from written in _server.WrittenTypes
        from method in written.Methods
        where !method.Name.Contains('<', StringComparison.Ordinal)
        where !FollowsInterface(written, method) && !(method.IsVirtual && method.IsReuseSlot)
        from parameter in method.Parameters
        where parameter.ParameterType.FullName.Split('`')[0] == type
        select parameter;

    private static bool FollowsInterface(TypeDefinition type, MethodDefinition method) =>
        method.IsVirtual && method.IsFinal
        && type.Interfaces.Any(implemented => !IsOurs(implemented.InterfaceType));

    // The framework's own, or what its generator puts in their place.
    private static bool MapsRoutes(MethodDefinition method) =>
        method.HasBody && method.Body.Instructions.Any(instruction =>
            instruction.Operand is MethodReference { DeclaringType.Name: var name }
            && (name == "EndpointRouteBuilderExtensions"
                || name.EndsWith("GeneratedRouteBuilderExtensionsCore", StringComparison.Ordinal)));

    private static IEnumerable<MethodDefinition> HandlersIn(MethodDefinition method) => method.Body.Instructions
        .Where(instruction => instruction.OpCode == OpCodes.Ldftn)
        .Select(instruction => ((MethodReference)instruction.Operand).Resolve());

    private static void AssertNone(IEnumerable<string> found)
    {
        var list = found.ToList();
        Assert.True(list.Count == 0, string.Join(Environment.NewLine, list));
    }

    // What derives from a type of a library has to pass on what that wants.
    private static bool FollowsFramework(TypeDefinition type) =>
        type.BaseType is { FullName: not "System.Object" } outside && !IsOurs(outside);

    private static bool IsOurs(TypeReference type) =>
        type.FullName.StartsWith("OAuthServer.", StringComparison.Ordinal);

    // From the first to the last line that does something, and the two braces around them.
    private static string? StatementIn(string method) =>
        Array.Find(Statements, statement => method.Contains(statement, StringComparison.Ordinal));

    private static int LinesOf(MethodDefinition method)
    {
        var points = method.DebugInformation.SequencePoints
            .Where(point => !point.IsHidden && !IsBrace(point) && IsCode(point.Document.Url)).ToList();
        return points.Count == 0 ? 0 : points.Max(point => point.EndLine) - points.Min(point => point.StartLine) + 1;
    }

    // Without optimization the braces around a method are steps of their own.
    private static bool IsBrace(SequencePoint point) =>
        point.StartLine == point.EndLine && point.EndColumn - point.StartColumn == 1;

    // A page is a picture of what it shows: its lines are no steps.
    private static bool IsCode(string file) => Path.GetExtension(file) == ".cs" && CompiledServer.IsSource(file);

    private static bool IsRecord(TypeDefinition type) =>
        type.Methods.Any(method => method.Name == "<Clone>$")
        || (type.IsValueType && type.Methods.Any(method => method.Name == "PrintMembers"));

    private static int PositionalMembers(TypeDefinition record) =>
        record.Methods.Where(method => method.Name == "Deconstruct").Max(method => (int?)method.Parameters.Count) ?? 0;

    private static bool MayHoldSecret(TypeDefinition type)
    {
        var texts = type.Properties.Where(property => IsText(property.PropertyType.FullName)).ToList();
        return texts.Count > 0 && (Tells(type.Name) || texts.Any(text => Tells(text.Name)));
    }

    private static bool IsText(string type) =>
        type is "System.String" or "System.Byte[]"
        || type.StartsWith("System.ReadOnlyMemory`1", StringComparison.Ordinal);

    private static bool Tells(string name) =>
        Array.Exists(Telling, word => name.Contains(word, StringComparison.Ordinal));

    private static bool PrintsItself(TypeDefinition type) => type.Methods.Any(method =>
        method is { Name: "ToString", Parameters.Count: 0 }
        && !method.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "CompilerGeneratedAttribute"));
}
