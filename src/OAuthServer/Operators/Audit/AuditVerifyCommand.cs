using System.CommandLine;
using System.Globalization;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary><c>OAuthServer audit verify</c>: whether every row is as it was sealed.</summary>
internal static class AuditVerifyCommand
{
    private const int HashDigits = 64;

    public static Command Create(CommandRunner runner)
    {
        var keys = new Option<string[]>("--key")
        {
            Description = "The kid of a key that may have sealed; say it once for each. "
                + "Without it every key in the database is believed.",
            HelpName = "kid",
            DefaultValueFactory = _ => [],
        };
        var expect = Expect();
        var json = CommandOutput.Json("Print one JSON object.");
        var command = new Command(
            "verify",
            "Check every seal of the audit log: find rows that were changed, removed, added or moved. "
            + "0: none was; 1: something was found; 2: a setting is wrong; 3: the database cannot be used.")
        {
            keys, expect, json,
        };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var verifier = new AuditVerifier(
                new AuditSeals(database), new AuditEvents(database), new SigningKeys(database), runner.Settings.Audit);
            var trusted = parsed.GetValue(keys)!.ToHashSet(StringComparer.Ordinal);
            var expected = parsed.GetValue(expect) is { } text ? SealOf(text) : null;
            var result = await verifier.VerifyAsync(trusted, expected, new Progress(parsed), ct);
            await parsed.PrintAsync(AuditOutput.Verification(result, parsed.GetValue(json)));
            return result.Findings.Count == 0 ? ExitCodes.Done : ExitCodes.Refused;
        }));
        return command;
    }

    private static Option<string?> Expect()
    {
        var expect = new Option<string?>("--expect")
        {
            Description = "A seal noted earlier, as number:hash; it must still be there.",
            HelpName = "seal",
        };
        expect.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string?>() is not { } text || SealOf(text) is not null) return;
            given.AddError("--expect must be a seal as verify prints the last one: its number, a colon and its hash.");
        });
        return expect;
    }

    private static (long Sequence, string Hash)? SealOf(string text) =>
        text.Split(':') is [var number, { Length: HashDigits } hash]
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? (sequence, hash)
            : null;

    /// <summary>
    /// Says now and then how far it is, on standard error, so that a long check does not look stuck.
    /// </summary>
    private sealed class Progress(ParseResult parsed) : IProgress<long>
    {
        private const int Every = 1000;

        public void Report(long value)
        {
            if (value % Every == 0) parsed.InvocationConfiguration.Error.WriteLine($"Checked up to seal {value} …");
        }
    }
}
