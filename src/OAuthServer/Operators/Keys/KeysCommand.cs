using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// <c>OAuthServer keys generate | list | promote | retire</c>: the operator's hand on the signing keys, the same for
/// both stores.
/// </summary>
internal sealed class KeysCommand
{
    private readonly CommandRunner _runner;

    private KeysCommand(CommandRunner runner) => _runner = runner;

    public static Command Create(CommandRunner runner)
    {
        var keys = new KeysCommand(runner);
        return new Command(
            "keys",
            "Make, list and rotate signing keys. 0: done; 1: refused, with the reason; 2: a setting is wrong; "
            + "3: the key store cannot be used.")
        {
            keys.Generate(),
            keys.List(),
            keys.Promote(),
            keys.Retire(),
            keys.RotateSecret(),
        };
    }

    private Command Generate()
    {
        var replace = new Option<bool>("--replace") { Description = "Replace a key that is already pending." };
        return Change(
            new("generate", "Make a key: current when there is none, else pending (published, not signing).")
            {
                replace,
            },
            (keys, parsed, ct) => keys.GenerateAsync(parsed.GetValue(replace), ct));
    }

    private Command Promote()
    {
        var force = new Option<bool>("--force")
        {
            Description = "Promote although verifiers may not know the key yet.",
        };
        return Change(
            new("promote", "Let the pending key sign; the current key becomes previous.") { force },
            (keys, parsed, ct) => keys.PromoteAsync(parsed.GetValue(force), ct));
    }

    private Command Retire()
    {
        var kid = new Option<string?>("--kid")
        {
            Description = "The key to remove; the previous one when absent.",
            HelpName = "kid",
        };
        var force = new Option<bool>("--force")
        {
            Description = "Remove it although its tokens may be alive, for a key that leaked. "
                + "For the key that signs, the pending one or a new one takes its place.",
        };
        return Change(
            new("retire", "Remove a key that signs no more, so that it is published no more.") { kid, force },
            (keys, parsed, ct) => keys.RetireAsync(parsed.GetValue(kid), parsed.GetValue(force), ct));
    }

    private Command RotateSecret()
    {
        var leaked = new Option<bool>("--leaked")
        {
            Description = "Nothing that the current secret made is read any more: everybody signs in again.",
        };
        var force = new Option<bool>("--force") { Description = "Rotate although the last rotation is not over." };
        return Change(
            new("rotate-secret", "Put a new server secret in the place of the current one.") { leaked, force },
            (keys, parsed, ct) => keys.RotateSecretAsync(parsed.GetValue(leaked), parsed.GetValue(force), ct));
    }

    private Command Change(Command command, Func<KeyKeeper, ParseResult, CancellationToken, Task<KeyChange>> change)
    {
        var json = CommandOutput.Json();
        command.Add(json);
        command.SetAction((parsed, ct) => RunAsync(parsed, async keys =>
        {
            var made = await change(keys, parsed, ct);
            await PrintAsync(parsed, made, parsed.GetValue(json));
            return made.Done ? ExitCodes.Done : ExitCodes.Refused;
        }));
        return command;
    }

    private static Task PrintAsync(ParseResult parsed, KeyChange made, bool json)
    {
        // A program reads standard output, also of a refusal.
        if (json)
            return parsed.PrintAsync(JsonSerializer.Serialize(ChangeReport.Of(made), KeysJson.Default.ChangeReport));
        var message = TerminalText.Safe(made.Message);
        return made.Done ? parsed.PrintAsync(message) : parsed.PrintErrorAsync(message);
    }

    private Command List()
    {
        var json = CommandOutput.Json();
        var command = new Command("list", "Show every key: its kid, its stage, its age.") { json };
        command.SetAction((parsed, ct) => RunAsync(parsed, async keys =>
        {
            using var stored = await keys.ListAsync(ct);
            var now = _runner.Settings.Clock.GetUtcNow();
            var rows = stored.Keys.Select(key => KeyView.Of(key, now)).ToArray();
            if (parsed.GetValue(json))
                await parsed.PrintAsync(JsonSerializer.Serialize(rows, KeysJson.Default.KeyViewArray));
            else foreach (var row in rows) await parsed.PrintAsync(row.Line);
            foreach (var fault in stored.Faults)
                await parsed.PrintErrorAsync(TerminalText.Safe($"Not usable: {fault}"));
            if (stored[KeyStage.Current] is not null) return ExitCodes.Done;
            await parsed.PrintErrorAsync($"There is no current key in {keys.Place}.");
            return ExitCodes.Refused;
        }));
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, Func<KeyKeeper, Task<int>> work) =>
        CommandRunner.RunAsync(parsed, async () =>
        {
            var settings = _runner.Settings;
            await using var database = await DatabaseIfKnownAsync();
            var history = database is null ? null : new SigningKeys(database);
            return await work(new KeyKeeper(
                    settings.KeySource,
                    settings.ServerSecretSource,
                    settings.SigningKeys,
                    history,
                    settings.Clock));
        }, _runner.Settings);

    // Most of what is done with keys needs no database, and an emergency must not wait for its settings.
    private async Task<OAuthDatabase?> DatabaseIfKnownAsync()
    {
        try
        {
            return await _runner.Settings.OpenDatabaseAsync();
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }
}
