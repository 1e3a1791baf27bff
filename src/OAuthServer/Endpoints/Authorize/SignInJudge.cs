using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>What is missing from a sign-in that is not sure enough.</summary>
internal enum Missing
{
    /// <summary>The second factor, which the person has.</summary>
    Factor,

    /// <summary>A second factor, which the person may set up.</summary>
    Enrollment,

    /// <summary>A second factor that the person cannot have.</summary>
    OutOfReach,
}

/// <summary>
/// Judges whether the sign-in that there is will do for a request: who it is, how long ago it was, and how surely the
/// person was recognised (OpenID Connect Core §3.1.2.1, RFC 9470 §5).
/// </summary>
internal sealed class SignInJudge(
    AccountFactors factors,
    OperatorAccounts operators,
    IOptions<SecondFactorOptions> options,
    IOptions<ManagementOptions> management,
    TimeProvider clock)
{
    /// <summary>Before anything else. A demand for a new sign-in is met once.</summary>
    public bool HasToSignIn(
        AuthorizeRequest request, [NotNullWhen(false)] SignedInAccount? person, out SignInAs who)
    {
        who = SignInAs.Whoever;
        if (person is null) return true;
        var isOfAnother = request.Demand.IsOfAnother(person);
        who = isOfAnother || request.Prompt.HasFlag(Prompt.SelectAccount) ? SignInAs.Another : SignInAs.TheSame;
        if (isOfAnother) return true;
        return !request.IsSignedInSince
            && (request.Demand.AsksAnew(person, clock.GetUtcNow()) || IsStale(request, person));
    }

    /// <summary>True when scopes of the admin API are asked for by somebody who is no operator.</summary>
    public async Task<bool> IsBarredAsync(AuthorizeRequest request, SignedInAccount person, CancellationToken ct) =>
        AsksAdmin(request) && !await operators.HasAsync(person.Id, ct);

    /// <summary>
    /// True when the request asks for more factors than were shown: by its level, its client, or one of its scopes.
    /// </summary>
    public static bool IsTooWeak(AuthorizeRequest request, SignedInAccount person) =>
        !person.Methods.Reaches(Levels.TwoFactors)
        && (request.Demand.Level == Levels.TwoFactors || request.Client.RequiresSecondFactor
            || request.Agreed.Any(api => api.AsksSecondFactor(request.ScopeOf(api))));

    /// <summary>What the person can do about it.</summary>
    public async Task<Missing> MissingAsync(SignedInAccount person, CancellationToken ct)
    {
        if ((await factors.FindAsync(person.Id, ct)).HasAny) return Missing.Factor;
        return options.Value.Enrollment ? Missing.Enrollment : Missing.OutOfReach;
    }

    private static bool AsksAdmin(AuthorizeRequest request) => request.Resources.Any(api => api.IsAdmin);

    // Whoever administers signed in a short while ago.
    private bool IsStale(AuthorizeRequest request, SignedInAccount person) =>
        AsksAdmin(request) && clock.GetUtcNow() - person.AuthenticatedAt > management.Value.LongestSignIn;
}
