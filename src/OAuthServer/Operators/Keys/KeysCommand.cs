using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>
/// <c>OAuthServer keys generate | list | promote | retire</c>: the operator's hand on the signing keys, the same for both
/// stores. Exit codes: 0 done; 1 refused, with the reason; 2 the configuration is wrong; 3 the store is out of reach.
/// </summary>
internal static class KeysCommand
{
    private const int Done = 0;
    private const int Refused = 1;
    private const int Misconfigured = 2;
    private const int Unreachable = 3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>
    /// The command. <paramref name="keeper"/> is asked for when a subcommand runs, so that a wrong configuration is
    /// reported by it; <paramref name="clock"/> tells the age of keys.
    /// </summary>
    public static Command Create(Func<KeyKeeper> keeper, TimeProvider clock) => new("keys", "Make, list and rotate signing keys.")
    {
        Generate(keeper),
        List(keeper, clock),
        Promote(keeper),
        Retire(keeper),
    };

    private static Command Generate(Func<KeyKeeper> keeper)
    {
        var replace = new Option<bool>("--replace") { Description = "Replace a key that is already pending." };
        return Change(
            keeper, new("generate", "Make a key: current when there is none, else pending (published, not signing).") { replace },
            (keys, parsed, ct) => keys.GenerateAsync(parsed.GetValue(replace), ct));
    }

    private static Command Promote(Func<KeyKeeper> keeper)
    {
        var force = new Option<bool>("--force") { Description = "Promote although verifiers may not know the key yet." };
        return Change(
            keeper, new("promote", "Let the pending key sign; the current key becomes previous.") { force },
            (keys, parsed, ct) => keys.PromoteAsync(parsed.GetValue(force), ct));
    }

    private static Command Retire(Func<KeyKeeper> keeper)
    {
        var kid = new Option<string?>("--kid") { Description = "The key to remove; the previous one when absent.", HelpName = "kid" };
        var force = new Option<bool>("--force")
        {
            Description = "Remove it although its tokens may be alive, for a key that leaked. For the key that signs, the pending one or a new one takes its place.",
        };
        return Change(
            keeper, new("retire", "Remove a key that signs no more, so that it is published no more.") { kid, force },
            (keys, parsed, ct) => keys.RetireAsync(parsed.GetValue(kid), parsed.GetValue(force), ct));
    }

    private static Command Change(Func<KeyKeeper> keeper, Command command, Func<KeyKeeper, ParseResult, CancellationToken, Task<KeyChange>> change)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON, for programs." };
        command.Add(json);
        command.SetAction((parsed, ct) => RunAsync(parsed, keeper, async keys => Print(parsed, await change(keys, parsed, ct), parsed.GetValue(json))));
        return command;
    }

    private static Command List(Func<KeyKeeper> keeper, TimeProvider clock)
    {
        var json = new Option<bool>("--json") { Description = "Print JSON, for programs." };
        var command = new Command("list", "Show every key: its kid, its stage, its age.") { json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, keeper, async keys =>
        {
            using var stored = await keys.ListAsync(cancellationToken);
            var rows = stored.Keys.Select(key => KeyRow.Of(key, clock.GetUtcNow())).ToArray();
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json)) await output.WriteLineAsync(JsonSerializer.Serialize(rows, Json));
            else await output.WriteAsync(string.Concat(rows.Select(row => row.Line)));
            var error = parsed.InvocationConfiguration.Error;
            foreach (var fault in stored.Faults) await error.WriteLineAsync($"Not usable: {fault}");
            if (stored[KeyStage.Current] is not null) return Done;
            await error.WriteLineAsync($"There is no current key in {keys.Place}.");
            return Refused;
        }));
        return command;
    }

    // A program reads standard output, also of a refusal.
    private static int Print(ParseResult parsed, KeyChange change, bool json)
    {
        var where = change.Done || json ? parsed.InvocationConfiguration.Output : parsed.InvocationConfiguration.Error;
        where.WriteLine(json ? JsonSerializer.Serialize(new ChangeRow(change.Done, change.KeyId, change.NotBefore, change.Message), Json) : change.Message);
        return change.Done ? Done : Refused;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Func<KeyKeeper> keeper, Func<KeyKeeper, Task<int>> work)
    {
        var error = parsed.InvocationConfiguration.Error;
        KeyKeeper keys;
        try
        {
            keys = keeper();
        }
        catch (OptionsValidationException invalid)
        {
            foreach (var fault in invalid.Failures) await error.WriteLineAsync(fault);
            return Misconfigured;
        }

        try
        {
            return await work(keys);
        }
        catch (KeyStoreException failure)
        {
            await error.WriteLineAsync(failure.Message);
            return Unreachable;
        }
    }

    /// <summary>A change as <c>--json</c> prints it. <c>NotBefore</c> is when a refused one will be possible, where that is known.</summary>
    private sealed record ChangeRow(bool Done, string? Kid, DateTimeOffset? NotBefore, string Message);

    /// <summary>One key as <c>list</c> shows it. The age is absent where the store does not know when the key was made.</summary>
    private sealed record KeyRow(string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds)
    {
        internal string Line => string.Create(
            CultureInfo.InvariantCulture, $"{Kid}  {Stage,-8}  {(AgeSeconds is { } age ? Age(age) : "age unknown")}{Environment.NewLine}");

        public static KeyRow Of(StoredKey key, DateTimeOffset now) => new(
            key.Key.KeyId,
            key.Stage.ToString().ToLowerInvariant(),
            key.CreatedAt,
            key.CreatedAt is { } created ? (long)(now - created).TotalSeconds : null);

        private static string Age(long seconds) => seconds switch
        {
            < 60 => "under a minute",
            < 3600 => $"{seconds / 60} min",
            < 86400 => $"{seconds / 3600} h",
            _ => $"{seconds / 86400} d",
        };
    }
}
