using System.Collections.Frozen;
using System.CommandLine;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts profile</c>: shows what apps can learn of a person, and changes it (OpenID Connect Core
/// §5.1). A change counts at the next request.
/// </summary>
internal static class AccountsProfileCommand
{
    public static Command Create(CommandRunner runner)
    {
        var who = NamedAccount.Argument();
        var set = new Option<string[]>("--set")
        {
            Description = "A column of account_profiles and its value, such as name=\"Alice Example\". Repeatable.",
            HelpName = "COLUMN=VALUE",
        };
        var clear = new Option<string[]>("--clear")
        {
            Description = "A column that is not known any more. Repeatable.",
            HelpName = "COLUMN",
        };
        var command = new Command(
            "profile",
            "Show what apps can learn of a person as JSON, after changing it. 0: done; 1: there is no such account, or "
            + "a value is refused.") { who, set, clear };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var (sets, clears) = (parsed.GetValue(set) ?? [], parsed.GetValue(clear) ?? []);
            var profiles = new ProfileEditing(database);
            var columns = await profiles.ColumnsAsync(ct);
            if (Read(columns, sets, clears).Failed(out var fault, out var values))
            {
                await parsed.PrintErrorAsync(fault);
                return ExitCodes.Refused;
            }

            if (values.Count > 0
                && await profiles.TryWriteAsync(account.Id, values, AuditContext.Command, ct) is { } constraint)
            {
                await parsed.PrintErrorAsync($"Nothing was written: {constraint}.");
                return ExitCodes.Refused;
            }

            await parsed.PrintAsync(TerminalText.Safe(await profiles.ReadAsync(account.Id, ct)));
            return ExitCodes.Done;
        }));
        return command;
    }

    // By column; null for one that is cleared.
    private static Result<Dictionary<string, object?>, string> Read(
        FrozenDictionary<string, bool> columns, IEnumerable<string> sets, IEnumerable<string> clears)
    {
        var pairs = sets.Select(set => set.Split('=', 2))
            .Select(pair => (Column: pair[0], Value: pair.ElementAtOrDefault(1))).ToList();
        if (pairs.Find(pair => pair.Value is null) is { Column: { } bare })
            return $"{TerminalText.Quoted(bare)} has no value: write COLUMN=VALUE.";
        var all = pairs.Concat(clears.Select(column => (Column: column, Value: (string?)null))).ToList();
        if (all.Find(pair => !columns.ContainsKey(pair.Column)) is { Column: { } unknown })
        {
            var known = string.Join(", ", columns.Keys.Order(StringComparer.Ordinal));
            return $"{TerminalText.Quoted(unknown)} is none of {known}.";
        }

        if (all.GroupBy(pair => pair.Column).FirstOrDefault(same => same.Count() > 1) is { Key: { } twice })
            return $"{twice} is named twice.";
        if (all.Find(pair => pair.Value is { } value && !columns[pair.Column] && !bool.TryParse(value, out _))
            is { Column: { } mistyped })
        {
            return $"{mistyped} is true or false.";
        }

        return all.ToDictionary(
            pair => pair.Column, pair => Value(columns[pair.Column], pair.Value), StringComparer.Ordinal);
    }

    private static object? Value(bool isText, string? text) =>
        isText || text is null ? text : bool.Parse(text);
}
