using System.Globalization;
using OAuthServer.Audit;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// What the admin API does with clients. A change names the state that it is of (RFC 6585 §3), and a secret is told once.
/// </summary>
internal sealed class AdminClients(
    Storage.Clients clients, ClientSecretUses uses, ClientRegistrar registrar, AdminAnswers answers, TimeProvider clock)
{
    private const int UsualPage = 50;
    private const int LongestPage = 200;

    private static readonly OAuthError NoTag = new(
        "precondition_required", "Send the ETag of the client as If-Match.", Reasons.PreconditionMissing, 428);

    private static readonly OAuthError BadPage = OAuthError.InvalidRequest(
        $"limit must be a number from 1 to {LongestPage}, and after a client_id.", Reasons.ParameterUnreadable);

    private static readonly OAuthError BadOverlap = OAuthError.InvalidRequest(
        "keep_old must be a number of seconds, at most a year.", Reasons.ParameterUnreadable);

    public async Task ListAsync(HttpContext http)
    {
        var (after, limit) = (http.Request.Query["after"].ToString(), UsualPage);
        if (http.Request.Query["limit"] is [{ } text, ..]
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= LongestPage)
            || !ClientId.IsReadable(after))
        {
            await RefuseAsync(http, BadPage);
            return;
        }

        var rows = await clients.PageAsync(after, limit + 1, http.RequestAborted);
        var known = await uses.ListAsync(http.RequestAborted);
        var shown = rows.Take(limit).Select(row => ClientView.Of(row, known, clock.GetUtcNow())).ToList();
        var page = new ClientPage(shown, rows.Count > limit ? shown[^1].ClientId : null);
        await answers.WriteAsync(http, StatusCodes.Status200OK, page, AdminJson.Default.ClientPage);
    }

    public Task FindAsync(HttpContext http) => OnOneAsync(http, async id =>
    {
        if (await clients.FindAsync(id, http.RequestAborted) is { } row)
            await WriteAsync(http, StatusCodes.Status200OK, row, null);
        else
            await RefuseAsync(http, EditRefusal.Unknown);
    });

    public async Task CreateAsync(HttpContext http)
    {
        if ((await ReadAsync(http, null)).Failed(out var refusal, out var entry))
        {
            await RefuseAsync(http, refusal);
            return;
        }

        var created = await registrar.CreateAsync(entry, EditorOf(http), http.RequestAborted);
        if (created.Failed(out var refused, out var client))
        {
            await RefuseAsync(http, refused);
            return;
        }

        http.Response.Headers.Location = $"{Routes.AdminClients}/{Uri.EscapeDataString(client.Row.ClientId)}";
        await WriteAsync(http, StatusCodes.Status201Created, client.Row, client.Secret);
    }

    public Task ReplaceAsync(HttpContext http) => OnOneAsync(http, async id =>
    {
        var (wasSent, tags) = AdminBody.IfMatch(http.Request);
        if (!wasSent)
            await RefuseAsync(http, NoTag);
        else if ((await ReadAsync(http, id)).Failed(out var refusal, out var entry))
            await RefuseAsync(http, refusal);
        else
            await AnswerAsync(http, await registrar.ReplaceAsync(entry, tags, EditorOf(http), http.RequestAborted));
    });

    public Task RotateAsync(HttpContext http) => OnOneAsync(http, async id =>
    {
        if (ReadOverlap(http.Request.Query["keep_old"].ToString()) is not { } overlap)
        {
            await RefuseAsync(http, BadOverlap);
            return;
        }

        var force = http.Request.Query["force"] == "true";
        var change = new SecretChange(overlap, force, AdminBody.IfMatch(http.Request).Tags);
        await AnswerAsync(http, await registrar.RotateAsync(id, change, EditorOf(http), http.RequestAborted));
    });

    public Task DisableAsync(HttpContext http) => SwitchAsync(http, disable: true);

    public Task EnableAsync(HttpContext http) => SwitchAsync(http, disable: false);

    private static Editor EditorOf(HttpContext http)
    {
        var caller = AdminCaller.Of(http);
        return new Editor(http.Audit(), caller.Client, caller.Person);
    }

    private static TimeSpan? ReadOverlap(string text)
    {
        if (text.Length == 0) return SecretRotation.UsualOverlap;
        const int Year = 365 * 24 * 60 * 60;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= Year
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }

    // The id of a change stands in its address; one in its body has to be the same.
    private static async Task<Result<ClientFileEntry>> ReadAsync(HttpContext http, string? id)
    {
        if ((await AdminBody.ReadAsync(http.Request, http.RequestAborted)).Failed(out var malformed, out var body))
            return malformed;
        using (body)
        {
            if (ClientBody.Read(body.RootElement, id).Failed(out var unfit, out var entry)) return unfit;
            return entry;
        }
    }

    private Task SwitchAsync(HttpContext http, bool disable) => OnOneAsync(http, async id =>
    {
        var tags = AdminBody.IfMatch(http.Request).Tags;
        await AnswerAsync(http, await registrar.SwitchAsync(id, disable, tags, EditorOf(http), http.RequestAborted));
    });

    // An id that none can have is one of nobody.
    private Task OnOneAsync(HttpContext http, Func<string, Task> call)
    {
        var id = ((string)http.Request.RouteValues["client_id"]!)
            // The one character that the framework leaves as it was sent.
            .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        return ClientId.IsReadable(id) ? call(id) : RefuseAsync(http, EditRefusal.Unknown);
    }

    private Task AnswerAsync(HttpContext http, Result<EditedClient, EditRefusal> edited) =>
        edited.Failed(out var refusal, out var client)
            ? RefuseAsync(http, refusal)
            : WriteAsync(http, StatusCodes.Status200OK, client.Row, client.Secret);

    private Task RefuseAsync(HttpContext http, OAuthError error) =>
        answers.RefuseAsync(http, error, AdminCaller.Of(http));

    private async Task WriteAsync(HttpContext http, int status, ClientRow row, string? secret)
    {
        var known = await uses.OfAsync(row.ClientId, http.RequestAborted);
        http.Response.Headers.ETag = ClientTag.Of(row);
        var answer = new ClientAnswer(ClientView.Of(row, known, clock.GetUtcNow()), secret);
        await answers.WriteAsync(http, status, answer, AdminJson.Default.ClientAnswer);
    }
}
