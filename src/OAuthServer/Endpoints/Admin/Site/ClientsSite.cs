using OAuthServer.Clients.Editing;
using OAuthServer.Pages;
using OAuthServer.Pages.Views.Operators;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>Apps at the operators' site.</summary>
internal sealed class ClientsSite(
    Storage.Clients clients, ClientSecretUses uses, ClientRegistrar registrar, SiteGuard guard, OperatorPages pages,
    TimeProvider clock)
{
    private const int PageSize = 50;

    public Task<IResult> ListAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadClients, async visitor =>
        {
            var after = http.Request.Query["after"].ToString();
            var rows = await clients.PageAsync(ClientId.IsReadable(after) ? after : "", PageSize + 1, ct);
            var shown = rows.Take(PageSize).Select(Listed).ToList();
            var view = new OperatorClientsView(shown, rows.Count > PageSize ? shown[^1].Id : null)
            {
                Operator = visitor.Name,
            };
            return pages.Of<OperatorClientsPage, OperatorClientsView>(view, visitor.Token);
        });

    public Task<IResult> ShowAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadClients, async visitor =>
            await FindAsync(http, ct) is { } row
                ? await PageAsync(visitor, row, new(NoticeOf(http.Request.Query["done"])), ct)
                : Missing());

    public Task<IResult> DisableAsync(HttpContext http, CancellationToken ct) => SwitchAsync(http, true, ct);

    public Task<IResult> EnableAsync(HttpContext http, CancellationToken ct) => SwitchAsync(http, false, ct);

    /// <summary>A new secret, shown on the page that answers; the old one stays good for a week.</summary>
    public Task<IResult> RotateAsync(HttpContext http, CancellationToken ct) =>
        guard.ActAsync(http, AdminScopes.WriteClients, async (visitor, form) =>
        {
            if (await FindAsync(http, ct) is not { } row) return Missing();
            var change = new SecretChange(SecretRotation.UsualOverlap, false, SiteVisitor.TagsOf(form["tag"]));
            var edited = await registrar.RotateAsync(row.ClientId, change, visitor.EditorOf(http), ct);
            return edited.Failed(out var refusal, out var done)
                ? await RefusedAsync(http, visitor, row.ClientId, refusal, ct)
                : await PageAsync(visitor, done.Row, new(null, null, done.Secret), ct);
        });

    private static ListedClient Listed(ClientRow row) =>
        new(row.ClientId, row.Name, row.DisabledAt is not null, row.MayAdminister);

    private static Words? NoticeOf(string? done) => done switch
    {
        "disabled" => new("Operators.ClientDisabled"),
        "enabled" => new("Operators.ClientEnabled"),
        _ => null,
    };

    private Task<IResult> SwitchAsync(HttpContext http, bool disable, CancellationToken ct) =>
        guard.ActAsync(http, AdminScopes.WriteClients, async (visitor, form) =>
        {
            if (await FindAsync(http, ct) is not { } row) return Missing();
            var tags = SiteVisitor.TagsOf(form["tag"]);
            var edited = await registrar.SwitchAsync(row.ClientId, disable, tags, visitor.EditorOf(http), ct);
            return edited.Failed(out var refusal, out _)
                ? await RefusedAsync(http, visitor, row.ClientId, refusal, ct)
                : new SeeOther($"{SiteAddress.OfClient(row.ClientId)}?done={(disable ? "disabled" : "enabled")}");
        });

    // The page as it is now, with what stands in the way.
    private async Task<IResult> RefusedAsync(
        HttpContext http, SiteVisitor visitor, string id, OAuthError refusal, CancellationToken ct)
    {
        await guard.NoteAsync(http, refusal, visitor);
        return await clients.FindAsync(id, ct) is { } row
            ? await PageAsync(visitor, row, new(null, refusal), ct)
            : Missing();
    }

    private async Task<ClientRow?> FindAsync(HttpContext http, CancellationToken ct)
    {
        var id = AdminClients.IdOf(http);
        return ClientId.IsReadable(id) ? await clients.FindAsync(id, ct) : null;
    }

    private IResult Missing() => pages.Message("Missing", "ToClients", Routes.SiteClients, EditRefusal.Unknown);

    private async Task<IResult> PageAsync(SiteVisitor visitor, ClientRow row, Said said, CancellationToken ct)
    {
        var seen = ClientView.Of(row, await uses.OfAsync(row.ClientId, ct), clock.GetUtcNow());
        var view = new OperatorClientView(Listed(row), ClientTag.Of(row))
        {
            Operator = visitor.Name,
            Notice = said.Notice,
            Fault = said.Refusal is { } refusal ? SiteWords.Of(refusal) : null,
            MayChange = visitor.Has(AdminScopes.WriteClients),
            Type = row.ApplicationType,
            RedirectUris = row.RedirectUris,
            Scopes = row.AllowedScopes,
            GrantTypes = row.GrantTypes,
            Secrets = [.. seen.Secrets.Select(one => new ShownSecret(one.Live, one.ExpiresAt, one.LastUsedAt))],
            CreatedAt = row.CreatedAt,
            NewSecret = said.Secret,
        };
        return pages.Of<OperatorClientPage, OperatorClientView>(view, visitor.Token, said.Refusal);
    }

    private sealed record Said(Words? Notice, OAuthError? Refusal = null, string? Secret = null)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => nameof(Said);
    }
}
