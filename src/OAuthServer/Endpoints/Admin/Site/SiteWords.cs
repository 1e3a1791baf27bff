using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>What a refusal of a change says to an operator.</summary>
internal static class SiteWords
{
    public static Words Of(OAuthError refusal) => refusal.Reason switch
    {
        Reasons.PreconditionStale => new("Operators.Stale"),
        Reasons.ClientAdministers or Reasons.SelfLockout => new("Operators.ClientProtected"),
        Reasons.SecretNotRotated => new("Operators.NotRotated"),
        Reasons.AccountOperates => new("Operators.PersonProtected"),
        Reasons.AccountDisabled => new("Operators.EnableFirst"),
        Reasons.SignInBusy => new("Operators.Busy"),
        _ => new("Operators.NotDone"),
    };
}
