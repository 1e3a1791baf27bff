using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>An answer with what matters about a refusal.</summary>
public sealed record RefusedAnswer(
    int Status, string? CorrelationId, string? Location, string? ContentType, string Head, string Body)
{
    public static async Task<RefusedAnswer> ReadAsync(HttpResponseMessage response)
    {
        using (response)
        {
            var head = response.Headers.Concat(response.Content.Headers)
                .SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}"));
            return new(
                (int)response.StatusCode,
                response.Headers.TryGetValues("X-Correlation-Id", out var ids) ? ids.Single() : null,
                response.Headers.Location?.OriginalString,
                    response.Content.Headers.ContentType?.MediaType,
                string.Join('\n', head),
                await response.Content.ReadAsStringAsync());
        }
    }

    internal static RefusedAnswer Of(RawAnswer raw) =>
        new(
            raw.Status,
            raw["X-Correlation-Id"],
            raw["Location"],
            raw["Content-Type"]?.Split(';')[0],
            string.Join('\n', raw.Head),
            raw.Text);

    /// <summary>The public error, where the form of the answer has it; null where it has none.</summary>
    public string? Error => Location is { } location ? new AuthorizationAnswer(location).Error
        : Body.StartsWith('{') ? System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("error").GetString()
        : null;
}

/// <summary>How a refusal is told.</summary>
public enum Form
{
    /// <summary>RFC 6749 §5.2.</summary>
    Json,

    /// <summary>RFC 6749 §4.1.2.1.</summary>
    Redirect,

    /// <summary>The error page: the public error and the correlation id.</summary>
    ErrorPage,

    /// <summary>A page with a sentence for the person.</summary>
    Page,

    /// <summary>A status alone.</summary>
    Bare,
}

/// <summary>One cause of refusal.</summary>
/// <param name="Reason">The stable code.</param>
/// <param name="Endpoint">The name of the route.</param>
/// <param name="Error">The public error, in the answer or else in the log.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Provoke">Does what is refused.</param>
public sealed record RefusalCase(
    string Reason, string Endpoint, string Error, int Status, Func<RefusalStage, Task<RefusedAnswer>> Provoke)
{
    public Form Form { get; init; } = Form.Json;

    /// <summary>The client in the log line; null when none is known.</summary>
    public string? Client { get; init; }

    /// <summary>The event of the audit row; null when there is none.</summary>
    public string? Audit { get; init; }

    public override string ToString() => Reason;
}
