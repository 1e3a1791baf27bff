using System.Text.Json;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// What the admin API shows and does not change: APIs, the public half of signing keys, and the audit log, where a
/// correlation id says why something was refused.
/// </summary>
internal sealed class AdminRecords(Resources resources, SigningKeys keys, AuditEvents audit, AdminAnswers answers)
{
    private const int UsualEvents = 100;

    /// <summary>In one answer.</summary>
    public const int MostEvents = 1000;

    private static readonly string[] Filters =
        [
            "correlation_id",
            "event",
            "reason",
            "client_id",
            "user_id",
            "pseudonym",
            "address",
            "since",
            "until",
            "limit",
        ];

    public async Task ResourcesAsync(HttpContext http)
    {
        var rows = await resources.ListAsync(http.RequestAborted);
        var shown = new ResourcesAnswer([.. rows.Select(ShownResource.Of)]);
        await answers.WriteAsync(http, StatusCodes.Status200OK, shown, AdminJson.Default.ResourcesAnswer);
    }

    public async Task KeysAsync(HttpContext http)
    {
        var rows = await keys.ListAsync(http.RequestAborted);
        var shown = new KeysAnswer([.. rows.Select(ShownKey.Of)]);
        await answers.WriteAsync(http, StatusCodes.Status200OK, shown, AdminJson.Default.KeysAnswer);
    }

    public async Task AuditAsync(HttpContext http)
    {
        var query = new AdminQuery(http.Request.Query, Filters);
        var filter = query.Events();
        var limit = query.Number("limit", UsualEvents, MostEvents);
        if (query.Fault is { } unreadable)
        {
            await answers.RefuseAsync(http, unreadable, AdminCaller.Of(http));
            return;
        }

        var rows = await audit.FindAsync(filter, limit, http.RequestAborted);
        var found = new EventsAnswer([.. rows.Select(EventReport.Of)]);
        await answers.WriteAsync(http, StatusCodes.Status200OK, found, AdminJson.Default.EventsAnswer);
    }
}

/// <summary>An API as the admin API shows it.</summary>
internal sealed record ShownResource
{
    public required string Resource { get; init; }

    public required string Name { get; init; }

    /// <summary>Names and words, as in the row.</summary>
    public JsonElement Scopes { get; init; }

    public bool IsDefault { get; init; }

    public required IReadOnlyList<string> IntrospectionClients { get; init; }

    public required IReadOnlyList<string> SecondFactorScopes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }

    public static ShownResource Of(ResourceRow row) => new()
    {
        Resource = row.Resource,
        Name = row.Name,
        Scopes = JsonSerializer.Deserialize<JsonElement>(row.Scopes),
        IsDefault = row.IsDefault,
        IntrospectionClients = row.IntrospectionClients,
        SecondFactorScopes = row.SecondFactorScopes,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
        DisabledAt = row.DisabledAt,
    };
}

/// <summary>The life of a signing key, as instances saw it.</summary>
internal sealed record ShownKey(
    string Kid,
    DateTimeOffset PublishedAt,
    DateTimeOffset? SignsSince,
    DateTimeOffset? SignsUntil,
    DateTimeOffset? WithdrawnAt)
{
    public static ShownKey Of(SigningKeyRow row) =>
        new(row.KeyId, row.PublishedAt, row.SignsSince, row.SignsUntil, row.WithdrawnAt);
}

/// <summary>Every API.</summary>
internal sealed record ResourcesAnswer(IReadOnlyList<ShownResource> Resources);

/// <summary>Every key that instances have seen.</summary>
internal sealed record KeysAnswer(IReadOnlyList<ShownKey> Keys);

/// <summary>Events, the oldest first.</summary>
internal sealed record EventsAnswer(IReadOnlyList<EventReport> Events);
