using OAuthServer.Settings;

namespace OAuthServer.Storage;

/// <summary>
/// How long an access token can still be accepted somewhere: the longest lifetime that can be set, since the setting
/// may have been shortened after the token was issued, and a verifier's tolerance.
/// </summary>
internal sealed record AccessTokenWindow(TimeSpan Longest)
{
    /// <summary>
    /// How much longer than its lifetime a verifier may accept a token: the clock skew that bearer libraries allow.
    /// </summary>
    private static readonly TimeSpan VerifierTolerance = TimeSpan.FromMinutes(5);

    /// <summary>As every server and command has it.</summary>
    public static AccessTokenWindow Usual { get; } = new(OAuthOptions.LongestAccessToken + VerifierTolerance);
}
