using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// The answers of the admin API: JSON that is never cached. A refused call of a known caller has its audit row.
/// </summary>
internal sealed class AdminAnswers(RefusalLog refusals, AuditEvents audit, ServerTelemetry telemetry)
{
    private const int RetryAfterSeconds = 5;
    private const int LongestPath = 300;
    private const string AccountId = "account_id";

    public Task WriteAsync<T>(HttpContext http, int status, T value, JsonTypeInfo<T> type)
    {
        telemetry.Granted(NameOf(http));
        return SendAsync(http, status, JsonSerializer.SerializeToUtf8Bytes(value, type));
    }

    /// <summary>Notes a refusal and answers it.</summary>
    /// <param name="caller">Null for a stranger, of whom the audit log has nothing to say.</param>
    public async Task RefuseAsync(HttpContext http, OAuthError error, AdminCaller? caller)
    {
        refusals.Note(http, error);
        if (caller is not null) await NoteAsync(http, error, caller);
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
            http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        var said = new AdminError(error.Code, error.Description) { Faults = (error as EditRefusal)?.Faults };
        await SendAsync(http, error.Status, JsonSerializer.SerializeToUtf8Bytes(said, AdminJson.Default.AdminError));
    }

    /// <summary>Puts on record what a known caller was refused. An outage is about the server.</summary>
    public async Task NoteAsync(HttpContext http, OAuthError error, AdminCaller caller)
    {
        if (error.Status >= 500) return;
        var entry = new AuditEvent(
            AuditEventNames.AdminRefused, error.Reason, http.Audit(), caller.Client, caller.Person);
        await audit.RecordAsync(entry with { Detail = CallOf(http) }, http.RequestAborted);
    }

    private static Task SendAsync(HttpContext http, int status, byte[] body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static string NameOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "none";

    private static string CallOf(HttpContext http)
    {
        var text = new StringBuilder();
        text.AppendPrintable(http.Request.Method, LongestPath);
        text.Append(' ');
        text.AppendPrintable(PathOf(http), LongestPath);
        return text.Cut(LongestPath);
    }

    // The audit log knows people by a pseudonym, and outlives their accounts.
    private static string PathOf(HttpContext http)
    {
        var path = http.Request.Path.Value ?? string.Empty;
        return http.Request.RouteValues[AccountId] is string { Length: > 0 } account
            ? path.Replace(account, $"{{{AccountId}}}", StringComparison.Ordinal)
            : path;
    }
}
