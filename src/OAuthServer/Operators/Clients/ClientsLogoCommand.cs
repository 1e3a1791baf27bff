using System.CommandLine;
using System.Net;
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
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static Command Create(CommandRunner runner)
    {
        var id = ClientsOptions.Id();
        var file = File();
        var fetch = new Option<bool>("--fetch") { Description = "Take it from the client's logo_uri, over https." };
        var remove = new Option<bool>("--remove") { Description = "Show none from now on." };
        var json = CommandOutput.Json();
        var command = new Command(
            "logo",
            "Store the picture of a client for the consent page. 0: done; 1: there is no such client, or the picture is "
            + "refused.") { id, file, fetch, remove, json };
        command.Validators.Add(given =>
        {
            bool[] ways = [given.GetValue(file) is not null, given.GetValue(fetch), given.GetValue(remove)];
            if (ways.Count(way => way) != 1) given.AddError("Name a file, or --fetch, or --remove: one of the three.");
        });
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await new Storage.Clients(database).FindAsync(parsed.GetValue(id)!, ct) is not { } client)
            {
                await parsed.PrintErrorAsync(ClientsOptions.Unknown(parsed.GetValue(id)!));
                return ExitCodes.Refused;
            }

            var read = parsed.GetValue(remove) ? null
                : parsed.GetValue(file) is { } given ? await ReadAsync(given, ct)
                : (Result<Picture, string>?)await FetchAsync(client, runner.Settings.Clock, ct);
            Picture? picture = null;
            if (read?.Failed(out var fault, out picture) == true)
            {
                await parsed.PrintErrorAsync(TerminalText.Safe($"Nothing was stored: {fault}"));
                return ExitCodes.Refused;
            }

            await StoreAsync(new ClientLogos(database), client.ClientId, picture, ct);
            var stored = new StoredLogo(client.ClientId, picture?.MediaType, picture?.Content.Length);
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(stored, ClientsJson.Default.StoredLogo)
                : Sentence(stored));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Argument<FileInfo?> File() => new("file")
    {
        Description = "A PNG, JPEG or WebP picture of 256 kB and 1024 x 1024 pixels at most.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static Task StoreAsync(ClientLogos logos, string clientId, Picture? picture, CancellationToken ct)
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

    // To public addresses alone, without redirects, whoever wrote the address into the row.
    private static async Task<Result<Picture, string>> FetchAsync(
        ClientRow client, TimeProvider clock, CancellationToken ct)
    {
        if (client.LogoUri is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
            return "the client has no logo_uri that can be fetched.";
        using var time = new CancellationTokenSource(Limit, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, time.Token);
        try
        {
            using var http = new HttpClient(GuardedHttp.CreateHandler(new AddressRules([], [])));
            using var answer = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if (answer.StatusCode != HttpStatusCode.OK) return $"{text} answers {(int)answer.StatusCode}.";
            return await answer.ReadAtMostAsync(Picture.Largest, limit.Token) is { } body
                ? Picture.Read(body.ToArray())
                : $"what {text} answers is larger than {Picture.Largest} bytes.";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"{text} took longer than {Limit.TotalSeconds} seconds.";
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return $"{text} was not fetched: {failure.GetBaseException().Message}.";
        }
    }

    private static string Sentence(StoredLogo stored) => stored.MediaType is null
        ? $"{stored.ClientId} is shown without a picture."
        : $"{stored.ClientId} is shown with this picture ({stored.MediaType}, {stored.Bytes} bytes).";

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="MediaType">By its bytes; null when there is none from now on.</param>
    /// <param name="Bytes">Its size.</param>
    internal sealed record StoredLogo(string ClientId, string? MediaType, int? Bytes);
}
