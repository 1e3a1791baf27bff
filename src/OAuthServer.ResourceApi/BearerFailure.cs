namespace OAuthServer.ResourceApi;

/// <summary>
/// Why a request is not let in, and with it the status, body and challenge code of the answer (RFC 6750 §3.1).
/// </summary>
internal enum BearerFailureKind
{
    /// <summary>401 without an error code: no bearer token was sent.</summary>
    MissingToken,

    /// <summary>400: the credentials are malformed or sent in more than one place.</summary>
    InvalidRequest,

    /// <summary>401: the token is not one of this issuer for this API, or was revoked.</summary>
    InvalidToken,

    /// <summary>401: the token is past its <c>exp</c> and the skew.</summary>
    TokenExpired,

    /// <summary>403: the token lacks a scope.</summary>
    InsufficientScope,

    /// <summary>401: the token is good, and the sign-in behind it is too weak or too old (RFC 9470 §3).</summary>
    InsufficientSignIn,

    /// <summary>
    /// 503: the authorization server cannot be reached and nothing cached may stand in. Never let in instead.
    /// </summary>
    Unavailable,
}

/// <summary>
/// A refusal on its way through the authentication handler, which carries refusals as exceptions; it is never thrown.
/// Its message is a fixed text of <c>error_description</c> characters that holds nothing of the request.
/// </summary>
internal sealed class BearerFailure(BearerFailureKind kind, string reason) : Exception(reason)
{
    public BearerFailureKind Kind { get; } = kind;

    public static BearerFailure Invalid(string reason) => new(BearerFailureKind.InvalidToken, reason);

    public static BearerFailure Malformed(string reason) => new(BearerFailureKind.InvalidRequest, reason);

    public static BearerFailure Expired() => new(BearerFailureKind.TokenExpired, "The access token expired");

    public static BearerFailure Unavailable(string reason) => new(BearerFailureKind.Unavailable, reason);
}
