using OAuthServer.Audit;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// What the admin API does with clients. A change names the state that it is of (RFC 6585 §3), and a secret is told
/// once.
/// </summary>
internal sealed class AdminClients(
    Storage.Clients clients, ClientSecretUses uses, ClientRegistrar registrar, AdminAnswers answers, TimeProvider clock)
{
    private const int UsualPage = 50;

    /// <summary>Of clients in one answer.</summary>
    public const int LongestPage = 200;

    /// <summary>How many seconds an old secret can stay good: a year.</summary>
    public const int LongestOverlap = 365 * 24 * 60 * 60;

    private static readonly OAuthError NoTag = new(
        "precondition_required", "Send the ETag of the client as If-Match.", Reasons.PreconditionMissing, 428);

    public async Task ListAsync(HttpContext http)
    {
        var query = new AdminQuery(http.Request.Query, ["after", "limit"]);
        var (after, limit) = (query.Text("after") ?? "", query.Number("limit", UsualPage, LongestPage));
        if (!ClientId.IsReadable(after)) query.Refuse("after must be a client_id.");
        if (query.Fault is { } fault)
        {
            await RefuseAsync(http, fault);
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
        var query = new AdminQuery(http.Request.Query, ["keep_old", "force"]);
        var keep = query.Number("keep_old", (int)SecretRotation.UsualOverlap.TotalSeconds, LongestOverlap, from: 0);
        var force = query.Flag("force");
        if (query.Fault is { } fault)
        {
            await RefuseAsync(http, fault);
            return;
        }

        var change = new SecretChange(TimeSpan.FromSeconds(keep), force, AdminBody.IfMatch(http.Request).Tags);
        await AnswerAsync(http, await registrar.RotateAsync(id, change, EditorOf(http), http.RequestAborted));
    });

    public Task DisableAsync(HttpContext http) => SwitchAsync(http, disable: true);

    public Task EnableAsync(HttpContext http) => SwitchAsync(http, disable: false);

    private static Editor EditorOf(HttpContext http)
    {
        var caller = AdminCaller.Of(http);
        return new Editor(http.Audit(), caller.Client, caller.Person);
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

    /// <summary>The id in the address of a request.</summary>
    internal static string IdOf(HttpContext http) => ((string)http.Request.RouteValues["client_id"]!)
        // The one character that the framework leaves as it was sent.
        .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    // An id that none can have is one of nobody.
    private Task OnOneAsync(HttpContext http, Func<string, Task> call)
    {
        var id = IdOf(http);
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
