using Microsoft.AspNetCore.Authentication;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.External;

/// <summary>
/// Answers of providers, each of which counts once over all instances, whatever the provider makes of its code a second
/// time (RFC 9700 §4.5).
/// </summary>
internal sealed class UpstreamAnswers(UsedJwts used, TimeProvider clock)
{
    /// <summary>What names a visit, in the state.</summary>
    public const string VisitKey = "visit";

    private const string Kind = "answer of another provider";

    /// <summary>True for the first who brings the answer to this state.</summary>
    public async Task<bool> TryUseAsync(string scheme, AuthenticationProperties? properties, CancellationToken ct) =>
        properties?.Items.TryGetValue(VisitKey, out var visit) == true && visit is not null
        && await used.TryUseAsync(
            UsedJwts.IdOf(Kind, scheme, visit), clock.GetUtcNow() + (2 * ExternalVisits.Lifetime), ct);
}

/// <summary>An answer that was used before.</summary>
internal sealed class UpstreamAnswerUsedException() : AuthenticationFailureException("The answer was used before.");
