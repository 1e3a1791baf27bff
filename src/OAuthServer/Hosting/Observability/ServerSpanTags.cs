using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;

namespace OAuthServer.Hosting.Observability;

/// <summary>
/// Leaves on a request's span only what the caller cannot choose. The library's others (path, query, host, user
/// agent, a made-up method) hold whatever was sent, and a query of ours may be a code.
/// </summary>
internal sealed class ServerSpanTags : BaseProcessor<Activity>
{
    private static readonly FrozenSet<string> Kept = FrozenSet.Create(
        StringComparer.Ordinal, "http.request.method", "http.route", "http.response.status_code", "url.scheme",
        "network.protocol.version", "error.type");

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Kind != ActivityKind.Server) return;
        List<string>? chosen = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            if (!Kept.Contains(tag.Key)) (chosen ??= []).Add(tag.Key);
        }

        foreach (var key in chosen ?? []) data.SetTag(key, null);
    }
}
