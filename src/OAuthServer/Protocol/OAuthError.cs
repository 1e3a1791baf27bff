namespace OAuthServer.Protocol;

/// <summary>
/// A refusal (RFC 6749 §4.1.2.1, §5.2): what the client is told, and the stable reason that only operators see in
/// logs, audit and metrics.
/// </summary>
/// <param name="Code">The <c>error</c> code on the wire.</param>
/// <param name="Description">
/// Public text in the character set of RFC 6749 §5.2; of what the client sent it holds scope tokens and
/// resources alone.
/// </param>
/// <param name="Reason">One of <see cref="Reasons"/>; documented in docs/errors.md.</param>
/// <param name="Status">The HTTP status of a direct answer; redirects do not use it.</param>
internal record OAuthError(string Code, string Description, string Reason, int Status = 400)
{
    /// <summary>
    /// True when this was the last guess that a budget allowed: the audit log has a row for that too.
    /// </summary>
    public bool GuessesUsedUp { get; init; }

    /// <summary>The grant type that was asked for, where it is known; for metrics alone.</summary>
    public string? GrantType { get; init; }

    /// <summary>Whom the refusal names; null when it names nobody who is known to exist.</summary>
    public RefusalSubject? About { get; init; }

    /// <summary>For the log alone.</summary>
    public RedirectUriMismatch? Mismatch { get; init; }

    /// <summary>For the log alone.</summary>
    public AudienceMismatch? Audience { get; init; }

    /// <summary>Malformed request (RFC 6749 §5.2).</summary>
    public static OAuthError InvalidRequest(string description, string reason, int status = 400) =>
        new("invalid_request", description, reason, status);

    /// <summary>Failed client authentication; always 401 with a challenge (RFC 6749 §5.2, RFC 9110 §15.5.2).</summary>
    public static OAuthError InvalidClient(string reason) =>
        new("invalid_client", "Client authentication failed.", reason, 401);

    /// <summary>The code or refresh token cannot be used (RFC 6749 §5.2).</summary>
    public static OAuthError InvalidGrant(string reason) =>
        new("invalid_grant", "The grant is invalid, expired, revoked or was issued to another client.", reason);

    /// <summary>The client may not do this (RFC 6749 §4.1.2.1, §5.2).</summary>
    public static OAuthError UnauthorizedClient(string reason) =>
        new("unauthorized_client", "The client is not allowed to use this grant type.", reason);

    /// <summary>The scope is unknown, malformed or exceeds the grant (RFC 6749 §5.2).</summary>
    public static OAuthError InvalidScope(string description, string reason) =>
        new("invalid_scope", description, reason);

    /// <summary>Has characters that no scope token has, so it cannot be named (RFC 6749 §3.3).</summary>
    public static OAuthError MalformedScope(string reason) =>
        InvalidScope("The scope is too long, or has a character that no scope may have.", reason);

    /// <summary>The API is unknown, malformed, missing, or not part of the grant (RFC 8707 §2).</summary>
    public static OAuthError InvalidTarget(string description, string reason) =>
        new("invalid_target", description, reason);

    /// <summary>No API is named, and none is meant without a name.</summary>
    public static OAuthError NoDefaultTarget() => InvalidTarget(
        "The parameter resource is missing, and no API here is meant without it.", Reasons.ResourceDefaultMissing);

    /// <summary>The client may retry (RFC 6749 §4.1.2.1).</summary>
    public static OAuthError TemporarilyUnavailable(string reason) =>
        new("temporarily_unavailable", "The server cannot answer now. Try again later.", reason, 503);

    /// <summary>RFC 6585 §4.</summary>
    public static OAuthError TooManyRequests(string reason) =>
        new("too_many_requests", "Too many requests. Try again later.", reason, 429);

    /// <summary>Nothing useful can be said (RFC 6749 §4.1.2.1).</summary>
    public static OAuthError ServerError(string reason) =>
        new("server_error", "The server has a fault.", reason, 500);
}

/// <summary>Whom a refusal names, as far as they are known to exist.</summary>
internal sealed record RefusalSubject(string ClientId, Guid? UserId = null, Guid? GrantId = null);

/// <summary>A redirect URI that was refused, and those that would have been right (RFC 6749 §3.1.2.4).</summary>
/// <param name="Received">What the request brought; anybody may have written it.</param>
/// <param name="Registered">In the order of the registration.</param>
internal sealed record RedirectUriMismatch(string Received, IReadOnlyList<string> Registered)
{
    /// <summary>Holds what a stranger sent.</summary>
    public override string ToString() => $"a redirect URI beside {Registered.Count} registered";
}

/// <summary>An assertion that was made for somebody else (RFC 10070 §4).</summary>
/// <param name="Received">The values of its <c>aud</c>; anybody may have written them.</param>
/// <param name="Expected">The issuer.</param>
internal sealed record AudienceMismatch(IReadOnlyList<string> Received, string Expected)
{
    /// <summary>Holds what a stranger sent.</summary>
    public override string ToString() => $"an audience of {Received.Count} beside {Expected}";
}
