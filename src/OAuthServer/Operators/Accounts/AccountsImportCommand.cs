using System.CommandLine;
using System.Text;
using System.Text.Json;
using OAuthServer.Operators.Accounts.Import;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts import</c>: people from another system, with the hashes that they have
/// (docs/operations/accounts.md).
/// </summary>
internal static class AccountsImportCommand
{
    public static Command Create(CommandRunner runner)
    {
        var file = new Argument<FileInfo>("file") { Description = "A list of people: CSV with a header, or .json." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would come of it, and write nothing." };
        var json = CommandOutput.Json();
        var command = new Command(
            "import",
            "Make accounts of the people in a file. Addresses that have one are left alone, so it can be run again. 0: "
            + "all are there; 1: some were refused, or the file cannot be read.") { file, dryRun, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var summary = new ImportSummary { DryRun = parsed.GetValue(dryRun) };
            if (await FaultAsync(parsed, parsed.GetValue(file)!, database, summary, ct) is { } fault)
            {
                if (summary.Read == 0)
                {
                    await parsed.PrintErrorAsync(fault);
                    return ExitCodes.Refused;
                }

                summary.StoppedAt = fault;
            }

            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(summary, AccountsJson.Default.ImportSummary)
                : Sentences(summary));
            return summary.Refused.Count > 0 || summary.StoppedAt is not null ? ExitCodes.Refused : ExitCodes.Done;
        }));
        return command;
    }

    // Null when the file was read to its end.
    private static async Task<string?> FaultAsync(
        ParseResult parsed, FileInfo file, OAuthDatabase database, ImportSummary summary, CancellationToken ct)
    {
        var import = new AccountImport(new AccountEditing(database), summary);
        var reader = new PersonReader(await new ProfileEditing(database).ColumnsAsync(ct));
        string? fault = null;
        try
        {
            await using var stream = file.OpenRead();
            await foreach (var person in PeopleOf(file, stream, reader, ct))
            {
                if (await import.AddAsync(person, ct)) await parsed.PrintErrorAsync($"{summary.Read} read …");
            }
        }
        catch (JsonException broken)
        {
            fault = $"The file is no list of JSON: line {(broken.LineNumber ?? 0) + 1}, after entry {summary.Read}.";
        }
        catch (Exception unreadable) when (unreadable is ImportFormatException or IOException
            or UnauthorizedAccessException or DecoderFallbackException)
        {
            fault = unreadable is DecoderFallbackException
                ? "The file is no text in UTF-8."
                : TerminalText.Safe(unreadable.Message);
        }

        await import.FlushAsync(ct);
        return fault;
    }

    private static IAsyncEnumerable<ImportedPerson> PeopleOf(
        FileInfo file, Stream stream, PersonReader reader, CancellationToken ct) =>
        file.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonPeople.ReadAsync(stream, reader, ct)
            : CsvPeople.Read(stream, reader).ToAsyncEnumerable();

    private static string Sentences(ImportSummary summary)
    {
        var made = summary.DryRun ? "would be made" : "were made";
        var lines = summary.Refused.Select(refused => $"{refused.Place}: {TerminalText.Safe(refused.Reason)}").ToList();
        if (summary.StoppedAt is { } fault) lines.Add(fault);
        lines.Add(
            $"{summary.Read} read: {summary.Made} {made}, {summary.AlreadyThere} were there already, "
            + $"{summary.Refused.Count} refused.");
        return string.Join(Environment.NewLine, lines);
    }
}
