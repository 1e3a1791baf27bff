using System.Globalization;
using Microsoft.Extensions.Primitives;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// The query of a call, read strictly: what is misspelt would ask for everything, and seem to find it.
/// </summary>
internal sealed class AdminQuery
{
    private const int LongestValue = 256;

    private readonly IQueryCollection _query;

    public AdminQuery(IQueryCollection query, string[] known)
    {
        _query = query;
        if (query.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is not null)
            Refuse($"A parameter is unknown. There are {string.Join(", ", known)}.");
        if (query.Any(member => !IsReadable(member.Value))) Refuse("A parameter is there twice, or unreadable.");
    }

    /// <summary>The first thing that is wrong; null while nothing is.</summary>
    public OAuthError? Fault { get; private set; }

    /// <summary>Notes what is wrong.</summary>
    public void Refuse(string description) =>
        Fault ??= OAuthError.InvalidRequest(description, Reasons.ParameterUnreadable);

    /// <summary>Null when it is absent or empty.</summary>
    public string? Text(string name) => _query[name] is [{ Length: > 0 } value] ? value : null;

    public bool Flag(string name)
    {
        if (Text(name) is not { } text) return false;
        if (text is not ("true" or "false")) Refuse($"{name} must be true or false.");
        return text == "true";
    }

    public Guid? Uuid(string name)
    {
        if (Text(name) is not { } text) return null;
        if (Guid.TryParse(text, out var id)) return id;
        Refuse($"{name} is no uuid.");
        return null;
    }

    public int Number(string name, int usual, int most, int from = 1)
    {
        if (Text(name) is not { } text) return usual;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from
            && number <= most)
        {
            return number;
        }

        Refuse($"{name} must be a number from {from} to {most}.");
        return usual;
    }

    public DateTimeOffset? Moment(string name)
    {
        if (Text(name) is not { } text) return null;
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var moment)) return moment;
        Refuse($"{name} must be a moment such as 2026-07-01T00:00:00Z.");
        return null;
    }

    /// <summary>Which events are asked for.</summary>
    public AuditFilter Events() => new()
    {
        CorrelationId = Text("correlation_id"),
        Event = Text("event"),
        Reason = Text("reason"),
        ClientId = Text("client_id"),
        UserId = Uuid("user_id"),
        Pseudonym = Uuid("pseudonym"),
        Address = Text("address"),
        Since = Moment("since"),
        Until = Moment("until"),
    };

    private static bool IsReadable(StringValues values) =>
        values is [{ Length: <= LongestValue } value] && !Parameters.HasControls(value);
}
