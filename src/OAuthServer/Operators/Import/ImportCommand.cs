using System.CommandLine;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Storage.Foreign;

namespace OAuthServer.Operators.Import;

/// <summary>
/// <c>OAuthServer import openiddict | identityserver4 | keycloak-realm</c>: what another server has, taken over
/// (docs/import.md). Without <c>--apply</c> it says what would come of it.
/// </summary>
internal static class ImportCommand
{
    private const string OpenIddict = "openiddict";

    private const string Codes =
        "0: everything is here; 1: something was left, or the source cannot be read; 2: a setting or the command line "
        + "is wrong; 3: a database cannot be used; 4: without --apply: there is something to do.";

    public static Command Create(CommandRunner runner) => new(
        "import",
        "Take over the clients, APIs and accounts of another server. Nothing that is here is changed.")
    {
        OfDatabase(runner, OpenIddict, "an OpenIddict server on PostgreSQL"),
        OfDatabase(runner, "identityserver4", "an IdentityServer4, or its successor, on PostgreSQL"),
        OfRealm(runner),
    };

    private static Command OfDatabase(CommandRunner runner, string name, string what)
    {
        var connection = new Option<string>("--connection")
        {
            Description = "Its database, as a connection string; PGPASSFILE or PGPASSWORD may have the password. It is "
                + "only read.",
            Required = true,
        };
        connection.Validators.Add(given =>
        {
            if (ConnectionText.Fault("--connection", given.GetValueOrDefault<string>()) is { } fault)
                given.AddError(fault);
        });
        var until = new RefreshTokensUntil(runner.Settings);
        var command = new Command(name, $"Take over {what}. {Codes}") { connection, until.Option };
        return Command(runner, command, until, (parsed, profiles, ct) => ReadDatabaseAsync(
            name, parsed.GetValue(connection)!, parsed.GetValue(until.Option) is not null, profiles, ct));
    }

    private static Command OfRealm(CommandRunner runner)
    {
        var files = new Argument<FileInfo[]>("FILE")
        {
            Description = "The export of the realm; also the files of its users, where it has some.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("keycloak-realm", $"Take over the export of a Keycloak realm. {Codes}") { files };
        return Command(runner, command, null, async (parsed, profiles, ct) =>
            await new KeycloakRealm(await profiles.ColumnsAsync(ct)).ReadAsync(parsed.GetValue(files)!, ct));
    }

    private static Command Command(
        CommandRunner runner,
        Command command,
        RefreshTokensUntil? until,
        Func<ParseResult, ProfileEditing, CancellationToken, Task<ForeignServer>> read)
    {
        var choices = new ImportChoices();
        choices.AddTo(command);
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            try
            {
                var options = choices.Read(parsed, runner.Settings.ClientSecrets.Cost);
                if (until is not null) options = until.Read(parsed, options);
                var server = await read(parsed, new ProfileEditing(database), ct);
                var report = await new ServerImport(database, options).RunAsync(command.Name, server, ct);
                await parsed.PrintAsync(parsed.GetValue(choices.Json)
                    ? ImportOutput.Json(report)
                    : ImportOutput.Lines(report));
                return report switch
                {
                    { Applied: false, Changes: true } => ExitCodes.ChangesPending,
                    { Left.Count: > 0 } => ExitCodes.Refused,
                    _ => ExitCodes.Done,
                };
            }
            catch (ForeignServerException unreadable)
            {
                await parsed.PrintErrorAsync(TerminalText.Safe(unreadable.Message));
                return unreadable.IsOutage ? ExitCodes.Unavailable : ExitCodes.Refused;
            }
        }));
        return command;
    }

    private static async Task<ForeignServer> ReadDatabaseAsync(
        string name, string connection, bool withTokens, ProfileEditing profiles, CancellationToken ct)
    {
        var people = new IdentityPeople(await profiles.ColumnsAsync(ct));
        try
        {
            await using var source = await ForeignDatabase.OpenAsync(connection, ct);
            return name == OpenIddict
                ? await new OpenIddictServer(source, people).ReadAsync(withTokens, ct)
                : await new IdentityServer4Server(source, people).ReadAsync(withTokens, ct);
        }
        catch (Exception outage) when (outage is NpgsqlException or TimeoutException)
        {
            var place = DatabasePlace.Of(connection);
            throw new ForeignServerException(
                $"The database {place} of --connection cannot be read: {DatabasePlace.Reason(outage)}", outage);
        }
    }
}
