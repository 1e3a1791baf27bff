using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Takes what another server has, in one transaction. A dry run does the same and keeps nothing, so that it says what
/// the schema itself would say.
/// </summary>
internal sealed class ServerImport(OAuthDatabase database, ImportOptions options)
{
    private const string SignInAgain =
        "they are left, and people sign in once more; --refresh-tokens-until takes along those that can be had";

    public async Task<ImportReport> RunAsync(string from, ForeignServer server, CancellationToken ct)
    {
        var report = new ImportReport(from, options.Apply);
        await using var editing = await ImportEditing.BeginAsync(database, ct);
        var apis = await new ApiImport(editing, options, report).RunAsync(server.Apis, ct);
        await new ClientImport(editing, options, report, apis).RunAsync(server.Clients, ct);
        var people = await new PeopleImport(editing, report).RunAsync(server.People, ct);
        if (server.Tokens is { } tokens)
            await new TokenImport(editing, options, report, people).RunAsync(tokens, apis, ct);
        else
            report.NoteDifferent(ImportKinds.Server, "refresh tokens", SignInAgain);
        foreach (var left in server.Left) report.NoteLeft(left.Kind, left.Name, left.Why!);
        if (options.Apply) await editing.CommitAsync(ct);
        return report;
    }
}
