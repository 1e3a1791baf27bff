using System.Diagnostics;
using System.Security.Cryptography;

namespace OAuthServer.Hosting;

/// <summary>
/// Gives each request one id of 32 hex digits, as <c>HttpContext.TraceIdentifier</c> (so as <c>CorrelationId</c> in
/// every log line) and as <c>X-Correlation-Id</c> in the answer (<see cref="AnswerHeaders"/>). It is the trace id,
/// except when the caller began the trace: an id that a stranger chose could be made to collide with somebody
/// else's.
/// </summary>
internal sealed class CorrelationId(RequestDelegate next)
{
    /// <summary>The name of the answer's header.</summary>
    public const string Header = "X-Correlation-Id";

    private const int HexDigits = 32;

    public Task InvokeAsync(HttpContext context)
    {
        context.TraceIdentifier = Activity.Current is { } trace && IsOurs(trace)
            ? trace.TraceId.ToHexString()
            : RandomNumberGenerator.GetHexString(HexDigits, lowercase: true);
        return next(context);
    }

    private static bool IsOurs(Activity trace) =>
        trace is { IdFormat: ActivityIdFormat.W3C, Parent: null, ParentId: null };
}
