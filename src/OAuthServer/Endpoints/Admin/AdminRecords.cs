using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// What the admin API shows and does not change: APIs, the public half of signing keys, and the audit log, where a
/// correlation id says why something was refused.
/// </summary>
internal sealed class AdminRecords(Resources resources, SigningKeys keys, AuditEvents audit, AdminAnswers answers)
{
    private const int UsualEvents = 100;
    private const int MostEvents = 1000;
    private const int LongestValue = 200;

    private static readonly string[] Filters =
        ["correlation_id", "event", "reason", "client_id", "user_id", "pseudonym", "address", "since", "until", "limit"];

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
        if (ReadFilter(http.Request.Query).Failed(out var unreadable, out var asked))
        {
            await answers.RefuseAsync(http, unreadable, AdminCaller.Of(http));
            return;
        }

        var rows = await audit.FindAsync(asked.Filter, asked.Limit, http.RequestAborted);
        var found = new EventsAnswer([.. rows.Select(EventReport.Of)]);
        await answers.WriteAsync(http, StatusCodes.Status200OK, found, AdminJson.Default.EventsAnswer);
    }

    // What is misspelt asks for everything, and would seem to find it.
    private static Result<AskedEvents> ReadFilter(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(name => !Filters.Contains(name, StringComparer.Ordinal)) is not null)
            return Unreadable($"A parameter is unknown. There are {string.Join(", ", Filters)}.");
        if (query.Any(member => !IsReadable(member.Value))) return Unreadable("A parameter is there twice, or unreadable.");
        if (!TryId(query, "user_id", out var person) || !TryId(query, "pseudonym", out var pseudonym))
            return Unreadable("user_id and pseudonym must be uuids.");
        var limit = UsualEvents;
        if (Text(query, "limit") is { } text
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is >= 1 and <= MostEvents))
        {
            return Unreadable($"limit must be a number from 1 to {MostEvents}.");
        }

        if (!TryTime(query, "since", out var since) || !TryTime(query, "until", out var until))
            return Unreadable("since and until must be moments such as 2026-07-01T00:00:00Z.");
        return new AskedEvents(
            new AuditFilter
            {
                CorrelationId = Text(query, "correlation_id"),
                Event = Text(query, "event"),
                Reason = Text(query, "reason"),
                ClientId = Text(query, "client_id"),
                UserId = person,
                Pseudonym = pseudonym,
                Address = Text(query, "address"),
                Since = since,
                Until = until,
            },
            limit);
    }

    private static bool IsReadable(StringValues values) =>
        values is [{ Length: <= LongestValue } value] && !Parameters.HasControls(value);

    private static string? Text(IQueryCollection query, string name) =>
        query[name] is [{ Length: > 0 } value] ? value : null;

    private static bool TryId(IQueryCollection query, string name, out Guid? id)
    {
        id = null;
        if (Text(query, name) is not { } text) return true;
        if (!Guid.TryParse(text, out var read)) return false;
        id = read;
        return true;
    }

    private static bool TryTime(IQueryCollection query, string name, out DateTimeOffset? moment)
    {
        moment = null;
        if (Text(query, name) is not { } text) return true;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var read)) return false;
        moment = read;
        return true;
    }

    private static OAuthError Unreadable(string description) =>
        OAuthError.InvalidRequest(description, Reasons.ParameterUnreadable);

    private sealed record AskedEvents(AuditFilter Filter, int Limit);
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
