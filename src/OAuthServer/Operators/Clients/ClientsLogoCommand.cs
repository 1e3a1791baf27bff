using System.CommandLine;
using System.Text.Json;
using OAuthServer.Outgoing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// <c>OAuthServer clients logo</c>: gives a client the picture that the consent page shows, from a file or from its
/// <c>logo_uri</c>. It is stored: what stands there later is not seen before the next time.
/// </summary>
internal static class ClientsLogoCommand
{
    public static Command Create(CommandRunner runner)
    {
        var id = ClientsOptions.Id();
        var file = File();
        var fetch = new Option<bool>("--fetch") { Description = "Take it from the client's logo_uri, over https." };
        var remove = new Option<bool>("--remove") { Description = "Show none from now on." };
        var json = CommandOutput.Json();
        var command = new Command(
            "logo",
            "Store the picture of a client for the consent page. 0: done; 1: there is no such client, or the picture "
            + "is refused.") { id, file, fetch, remove, json };
        command.Validators.Add(given =>
        {
            bool[] ways = [given.GetValue(file) is not null, given.GetValue(fetch), given.GetValue(remove)];
            if (ways.Count(way => way) != 1) given.AddError("Name a file, or --fetch, or --remove: one of the three.");
        });
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, database => RunAsync(
            parsed,
            new Wanted(parsed.GetValue(id)!, parsed.GetValue(file), parsed.GetValue(remove), parsed.GetValue(json)),
            database,
            runner.Settings.Clock,
            ct)));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Wanted wanted, OAuthDatabase database, TimeProvider clock, CancellationToken ct)
    {
        if (await new Storage.Clients(database).FindAsync(wanted.ClientId, ct) is not { } client)
        {
            await parsed.PrintErrorAsync(ClientsOptions.Unknown(wanted.ClientId));
            return ExitCodes.Refused;
        }

        Picture? picture = null;
        if (!wanted.Remove)
        {
            var read = wanted.File is { } file ? await ReadAsync(file, ct) : await FetchAsync(client, clock, ct);
            if (read.Failed(out var fault, out picture))
            {
                await parsed.PrintErrorAsync(TerminalText.Safe($"Nothing was stored: {fault}"));
                return ExitCodes.Refused;
            }
        }

        await StoreAsync(new ClientLogos(database), client.ClientId, picture, ct);
        var stored = new StoredLogo(client.ClientId, picture?.MediaType, picture?.Content.Length);
        await parsed.PrintAsync(wanted.AsJson
            ? JsonSerializer.Serialize(stored, ClientsJson.Default.StoredLogo)
            : Sentence(stored));
        return ExitCodes.Done;
    }

    private static Argument<FileInfo?> File() => new("file")
    {
        Description = "A PNG, JPEG or WebP picture of 256 kB and 1024 x 1024 pixels at most.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Task<bool> StoreAsync(ClientLogos logos, string clientId, Picture? picture, CancellationToken ct)
    {
        var entry = new AuditEvent(AuditEventNames.ClientChanged, null, AuditContext.Command, clientId);
        return picture is null
            ? logos.TryRemoveAsync(clientId, entry, ct)
            : logos.TrySetAsync(clientId, picture, entry, ct);
    }

    private static async Task<Result<Picture, string>> ReadAsync(FileInfo file, CancellationToken ct)
    {
        try
        {
            if (file.Length > Picture.Largest)
                return $"it has {file.Length} bytes, and {Picture.Largest} at most are taken.";
            return Picture.Read(await System.IO.File.ReadAllBytesAsync(file.FullName, ct));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static async Task<Result<Picture, string>> FetchAsync(
        ClientRow client, TimeProvider clock, CancellationToken ct)
    {
        // To public addresses alone, whoever wrote the address into the row.
        using var fetcher = new LogoFetcher(GuardedHttp.CreateHandler(new AddressRules([], [])), clock);
        return await fetcher.FetchAsync(client.LogoUri, ct);
    }

    private static string Sentence(StoredLogo stored) => stored.MediaType is null
        ? $"{stored.ClientId} is shown without a picture."
        : $"{stored.ClientId} is shown with this picture ({stored.MediaType}, {stored.Bytes} bytes).";

    /// <param name="File">Null to fetch it.</param>
    private sealed record Wanted(string ClientId, FileInfo? File, bool Remove, bool AsJson);

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="MediaType">By its bytes; null when there is none from now on.</param>
    /// <param name="Bytes">Its size.</param>
    internal sealed record StoredLogo(string ClientId, string? MediaType, int? Bytes);
}
