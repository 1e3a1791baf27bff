using System.Collections.Frozen;
using OAuthServer.Protocol;

namespace OAuthServer.Clients.Assertions;

/// <summary>
/// What an assertion must say, whoever signed it (RFC 7523 §3, as RFC 10070 §4 narrows it). Nothing here costs more
/// than comparing, so it comes before any look at keys.
/// </summary>
internal static class AssertionRules
{
    /// <summary>
    /// How far a client's clock may be ahead. None is allowed for one that is behind: an assertion past its end is past
    /// it, and lifetimes are far longer than clocks differ.
    /// </summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(60);

    /// <summary>An assertion's end is at most this far away.</summary>
    public static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(1);

    private const int LongestId = 512;

    // A JWT of one of these kinds was made for something else (RFC 8725 §3.11). Kinds nobody knows may pass: profiles
    // of client assertions have types of their own.
    private static readonly FrozenSet<string> OtherKinds = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt", "secevent+jwt", "token-introspection+jwt",
        "entity-statement+jwt", "kb+jwt", "dc+sd-jwt", "vc+sd-jwt", "openid4vci-proof+jwt");

    /// <summary>Why the client cannot have meant this for us now; one of <see cref="Reasons"/>, or null.</summary>
    /// <param name="assertion">What came.</param>
    /// <param name="clientId">Whose it has to be.</param>
    /// <param name="issuer">Ourselves, byte for byte.</param>
    /// <param name="now">The moment.</param>
    public static string? Fault(ClientAssertion assertion, string clientId, string issuer, DateTimeOffset now)
    {
        if (IsOtherKind(assertion.TokenType)) return Reasons.ClientAssertionKind;
        if (!SigningAlgorithms.All.Contains(assertion.Algorithm)) return Reasons.ClientAssertionAlgorithm;
        if (assertion.Issuer != clientId || assertion.Subject != clientId) return Reasons.ClientAssertionOfAnother;
        if (assertion.Audience is not [var audience] || audience != issuer) return Reasons.ClientAssertionAudience;
        if (TimeFault(assertion, now.ToUnixTimeMilliseconds() / 1000d) is { } fault) return fault;
        return assertion.Id is { Length: > 0 and <= LongestId } ? null : Reasons.ClientAssertionIdMissing;
    }

    private static string? TimeFault(ClientAssertion assertion, double now)
    {
        if (assertion.ExpiresAt is not { } end) return Reasons.ClientAssertionLifetime;
        if (!(end > now)) return Reasons.ClientAssertionExpired;
        if (end > now + (LongestLifetime + ClockTolerance).TotalSeconds) return Reasons.ClientAssertionLifetime;
        var latest = now + ClockTolerance.TotalSeconds;
        return assertion.NotBefore > latest || assertion.IssuedAt > latest ? Reasons.ClientAssertionNotYetValid : null;
    }

    private static bool IsOtherKind(string? type)
    {
        const string prefix = "application/";
        if (type is null) return false;
        return OtherKinds.Contains(
            type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? type[prefix.Length..] : type);
    }
}
