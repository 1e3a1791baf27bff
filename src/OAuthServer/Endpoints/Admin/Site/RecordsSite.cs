using OAuthServer.Pages;
using OAuthServer.Pages.Views.Operators;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>
/// What the operators' site shows and does not change: the way in, events, keys, and why something was refused.
/// </summary>
internal sealed class RecordsSite(AuditEvents audit, SigningKeys keys, SiteGuard guard, OperatorPages pages)
{
    private const int Most = 100;
    private const int LongestId = 100;

    public Task<IResult> HomeAsync(HttpContext http, CancellationToken ct) => guard.ShowAsync(http, null, visitor =>
        Task.FromResult(pages.Of<OperatorHomePage, OperatorHomeView>(
            new OperatorHomeView { Operator = visitor.Name }, visitor.Token)));

    public Task<IResult> EventsAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadAudit, async visitor =>
        {
            var query = new AdminQuery(http.Request.Query, [.. OperatorEventsPage.Fields, "ui_locales"]);
            var filter = query.Events();
            var asked = OperatorEventsPage.Fields.Where(field => query.Text(field) is not null)
                .ToDictionary(field => field, field => query.Text(field)!);
            var found = query.Fault is null && asked.Count > 0 ? await audit.FindAsync(filter, Most + 1, ct) : null;
            var view = new OperatorEventsView(asked, found is null ? null : Newest(found), found?.Count > Most)
            {
                Operator = visitor.Name,
                Fault = query.Fault is null ? null : new("Operators.Unreadable"),
            };
            return pages.Of<OperatorEventsPage, OperatorEventsView>(view, visitor.Token, query.Fault);
        });

    /// <summary>By the reference that people see on error pages.</summary>
    public Task<IResult> WhyAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadAudit, async visitor =>
        {
            var id = http.Request.Query["id"] is [{ Length: > 0 and <= LongestId } text]
                && !Parameters.HasControls(text) ? text.Trim() : null;
            if (id is null) return new SeeOther(Routes.Site);
            var found = await audit.FindAsync(new AuditFilter { CorrelationId = id }, Most, ct);
            var view = new OperatorWhyView(id, [.. found.Select(Shown)]) { Operator = visitor.Name };
            return pages.Of<OperatorWhyPage, OperatorWhyView>(view, visitor.Token);
        });

    public Task<IResult> KeysAsync(HttpContext http, CancellationToken ct) =>
        guard.ShowAsync(http, AdminScopes.ReadKeys, async visitor =>
        {
            var rows = await keys.ListAsync(ct);
            var view = new OperatorKeysView([.. rows.Select(Shown)]) { Operator = visitor.Name };
            return pages.Of<OperatorKeysPage, OperatorKeysView>(view, visitor.Token);
        });

    private static IReadOnlyList<ShownEvent> Newest(IReadOnlyList<FoundEvent> found) =>
        [.. found.Reverse().Take(Most).Select(Shown)];

    private static ShownEvent Shown(FoundEvent found) => new(found.Row.OccurredAt, found.Row.Event, found.Row.Reason)
    {
        ClientId = found.Row.ClientId,
        UserId = found.UserId,
        Address = found.Row.Address,
        CorrelationId = found.Row.CorrelationId,
        Detail = found.Row.Detail,
    };

    private static ShownSigningKey Shown(SigningKeyRow row) => new(row.KeyId, row.PublishedAt)
    {
        SignsSince = row.SignsSince,
        SignsUntil = row.SignsUntil,
        WithdrawnAt = row.WithdrawnAt,
    };
}
