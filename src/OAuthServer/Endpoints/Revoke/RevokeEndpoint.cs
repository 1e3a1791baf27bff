using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Revoke;

/// <summary>The revocation endpoint (RFC 7009).</summary>
internal static class RevokeEndpoint
{
    public static IEndpointConventionBuilder MapRevoke(
        this IEndpointRouteBuilder routes,
        RevokeService service,
        OAuthAnswers answers,
        ServerTelemetry telemetry,
        AddressBudgets budgets)
    {
        return routes.MapPost(Routes.Revoke, AnswerAsync).WithName("revoke");

        async Task AnswerAsync(HttpContext http)
        {
            var refusal = await RefusalAsync(http, http.RequestAborted);
            if (refusal is BudgetRefusal { Reason: Reasons.AddressBudget } usedUp)
                await budgets.RecordAsync(http, usedUp.Budget);
            if (refusal is null) telemetry.Granted("revoke");
            await (refusal is null ? OAuthAnswers.Done() : answers.Refuse(refusal)).ExecuteAsync(http);
        }

        async Task<OAuthError?> RefusalAsync(HttpContext http, CancellationToken ct)
        {
            var read = await RevokeRequest.ParseAsync(http.Request, ct);
            return read.Failed(out var malformed, out var request)
                ? service.Note(malformed, AddressBudgets.UsedUp(http), http.Audit())
                : await service.RevokeAsync(request, ct);
        }
    }
}
