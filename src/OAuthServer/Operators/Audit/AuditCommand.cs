using System.CommandLine;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>
/// <c>OAuthServer audit tail | search | verify</c>: what happened, and whether the record of it is as it was written.
/// Exit codes: 0 done; 1 <c>verify</c> found something; 2 the configuration or the database cannot be used.
/// </summary>
internal sealed class AuditCommand(Func<string?> connectionString, Func<AuditOptions> options, TimeProvider clock)
{
    private const int Done = 0;
    private const int Found = 1;
    private const int CannotRun = 2;

    private static readonly TimeSpan FollowEvery = TimeSpan.FromSeconds(1);

    /// <summary>The command with its three subcommands.</summary>
    public Command Create() => new("audit", "Read the audit log, and check that nobody changed it.") { Tail(), Search(), Verify() };

    private Command Tail()
    {
        var lines = new Option<int>("--lines", "-n") { Description = "How many events to begin with.", DefaultValueFactory = _ => 20 };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on and print new events as they happen, until Ctrl+C." };
        var json = Json("Print one JSON object per line.");
        var filter = new AuditFilterOptions(clock);
        var command = new Command("tail", "Print the newest events, oldest of them first.") { lines, follow, json };
        filter.AddTo(command);
        command.SetAction((parsed, ct) => RunAsync(parsed, async database =>
        {
            var follower = new AuditFollower(new AuditEvents(database), filter.Read(parsed));
            await PrintAsync(parsed, await follower.BeginAsync(parsed.GetValue(lines), ct), parsed.GetValue(json));
            if (parsed.GetValue(follow)) await FollowAsync(parsed, follower, parsed.GetValue(json), ct);
            return Done;
        }));
        return command;
    }

    private Command Search()
    {
        var limit = new Option<int>("--limit") { Description = "Print at most this many, the newest.", DefaultValueFactory = _ => 1000 };
        var json = Json("Print one JSON object per line.");
        var filter = new AuditFilterOptions(clock);
        var command = new Command("search", "Print the events that match every given option, oldest first.") { limit, json };
        filter.AddTo(command);
        command.SetAction((parsed, ct) => RunAsync(parsed, async database =>
        {
            var found = await new AuditEvents(database).FindAsync(filter.Read(parsed), parsed.GetValue(limit), ct);
            await PrintAsync(parsed, found, parsed.GetValue(json));
            if (found.Count == parsed.GetValue(limit)) await parsed.InvocationConfiguration.Error.WriteLineAsync($"There may be more: only the newest {found.Count} are shown (--limit).");
            return Done;
        }));
        return command;
    }

    private Command Verify()
    {
        var keys = new Option<string[]>("--key") { Description = "The kid of a key that may have sealed; say it once for each. Without it every key in the database is believed.", HelpName = "kid", DefaultValueFactory = _ => [] };
        var expect = new Option<string?>("--expect") { Description = "A seal noted earlier, as number:hash; it must still be there.", HelpName = "seal" };
        var json = Json("Print one JSON object.");
        var command = new Command("verify", "Check every seal of the audit log: find rows that were changed, removed, added or moved.") { keys, expect, json };
        expect.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<string?>() is { } text && Expected(text) is null) given.AddError("--expect must be the number of a seal, a colon and its hash, as verify prints the last seal.");
        });
        command.SetAction((parsed, ct) => RunAsync(parsed, async database =>
        {
            var verifier = new AuditVerifier(new AuditSeals(database), new AuditEvents(database), new SigningKeys(database), options());
            var trusted = parsed.GetValue(keys)!.ToHashSet(StringComparer.Ordinal);
            var result = await verifier.VerifyAsync(trusted, parsed.GetValue(expect) is { } text ? Expected(text) : null, new Progress(parsed), ct);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(AuditOutput.Verification(result, parsed.GetValue(json)));
            return result.Findings.Count == 0 ? Done : Found;
        }));
        return command;
    }

    private static Option<bool> Json(string description) => new("--json") { Description = description };

    private static (long, string)? Expected(string text) =>
        text.Split(':') is [var number, { Length: 64 } hash] && long.TryParse(number, out var sequence) ? (sequence, hash) : null;

    private async Task FollowAsync(ParseResult parsed, AuditFollower follower, bool json, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(FollowEvery, clock, ct);
                await PrintAsync(parsed, await follower.NextAsync(ct), json);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C is how following ends.
        }
    }

    private static async Task PrintAsync(ParseResult parsed, IEnumerable<AuditRow> rows, bool json)
    {
        foreach (var row in rows) await parsed.InvocationConfiguration.Output.WriteLineAsync(AuditOutput.Event(row, json));
    }

    private async Task<int> RunAsync(ParseResult parsed, Func<OAuthDatabase, Task<int>> work)
    {
        var error = parsed.InvocationConfiguration.Error;
        if (connectionString() is not { Length: > 0 } configured)
        {
            await error.WriteLineAsync("No database is configured: set ConnectionStrings__OAuthServer.");
            return CannotRun;
        }

        try
        {
            await using var database = OAuthDatabase.Open(configured);
            return await work(database);
        }
        catch (Exception failure) when (failure is NpgsqlException or ArgumentException or FormatException or TimeoutException or OptionsValidationException)
        {
            await error.WriteLineAsync(Cause(failure));
            return CannotRun;
        }
    }

    private static string Cause(Exception failure) => failure switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } => "The schema of the database is too old: run OAuthServer migrate.",
        NpgsqlException or TimeoutException => failure.Message,
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        _ => "The connection string ConnectionStrings__OAuthServer cannot be read.",
    };

    // Says now and then how far it is, on standard error, so that a long check does not look stuck.
    private sealed class Progress(ParseResult parsed) : IProgress<long>
    {
        private const int Every = 1000;

        public void Report(long value)
        {
            if (value % Every == 0) parsed.InvocationConfiguration.Error.WriteLine($"Checked up to seal {value} …");
        }
    }
}
