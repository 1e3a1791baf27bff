using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer operators</c>: who may use the admin API (docs/operations/admin-api.md). It counts at the next call.
/// </summary>
internal static class OperatorsCommand
{
    public static Command Create(CommandRunner runner) => new(
        "operators",
        "Say who may use the admin API. 0: done; 1: there is no such account; 2: a setting or the command line is "
        + "wrong; 3: the database cannot be used.")
    {
        Switch(runner, "add", "Let a person use the admin API, by an app that may and with a second factor."),
        Switch(runner, "remove", "Take that away; the next call is refused."),
        List(runner),
    };

    private static Command Switch(CommandRunner runner, string name, string description)
    {
        var who = NamedAccount.Argument();
        var json = CommandOutput.Json();
        var adds = name == "add";
        var command = new Command(name, description) { who, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var operators = new OperatorAccounts(database);
            var changed = adds
                ? await operators.TryAddAsync(account.Id, Entry(AuditEventNames.OperatorAdded, account.Id), ct)
                : await operators.TryRemoveAsync(account.Id, Entry(AuditEventNames.OperatorRemoved, account.Id), ct);
            var switched = new Switched(account.Id, adds, changed);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(switched, OperatorsJson.Default.Switched)
                : Sentence(switched, TerminalText.Safe(account.Email!)));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Command List(CommandRunner runner)
    {
        var json = CommandOutput.Json();
        var command = new Command("list", "Show every operator.") { json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var all = (await new OperatorAccounts(database).ListAsync(ct)).ToArray();
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(all, OperatorsJson.Default.ListedOperatorArray)
                : Table(all));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Table(IEnumerable<ListedOperator> all) => TerminalText.Table(
    [
        ["ADDRESS", "ACCOUNT", "STATE", "ADDED"],
        .. all.Select(one => (string[])
        [
            TerminalText.Safe(one.Email ?? ""),
            one.Account.ToString(),
            one.Disabled ? "disabled" : "enabled",
            TerminalText.Time(one.AddedAt),
        ]),
    ]);

    private static AuditEvent Entry(string name, Guid account) =>
        new(name, null, AuditContext.Command, UserId: account);

    private static string Sentence(Switched switched, string email) => (switched.IsOperator, switched.Changed) switch
    {
        (true, true) => $"{email} is an operator.",
        (true, false) => $"{email} was an operator already.",
        (false, true) => $"{email} is no operator any more.",
        (false, false) => $"{email} was no operator.",
    };

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Changed">False when it was so already.</param>
    internal sealed record Switched(Guid Account, bool IsOperator, bool Changed);
}

/// <summary>What the commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(OperatorsCommand.Switched))]
[JsonSerializable(typeof(ListedOperator[]))]
internal sealed partial class OperatorsJson : JsonSerializerContext;
