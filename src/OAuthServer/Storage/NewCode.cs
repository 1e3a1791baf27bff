using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>What a new code stands for.</summary>
internal sealed record NewCode
{
    public required string Code { get; init; }

    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>The stamp of the session; the code is only made while the account still has it.</summary>
    public required string SecurityStamp { get; init; }

    /// <summary>The consent form just answered with yes; null when consent was remembered.</summary>
    public Guid? TicketId { get; init; }

    public required string RedirectUri { get; init; }

    public required bool RedirectUriWasSent { get; init; }

    public required string Scope { get; init; }

    /// <summary>The APIs that it is for, by canonical identifier.</summary>
    public required string[] Resources { get; init; }

    /// <summary>Whose scopes the person agrees to, by canonical identifier.</summary>
    public required string[] Agreed { get; init; }

    /// <summary>For each of <see cref="Agreed"/> the scopes that are agreed to, as one text.</summary>
    public required string[] AgreedScopes { get; init; }

    public string? CodeChallenge { get; init; }

    /// <summary>The session in which it was made (OpenID Connect: <c>sid</c>).</summary>
    public required Guid SessionId { get; init; }

    /// <summary>When the person signed in (OpenID Connect: <c>auth_time</c>).</summary>
    public required DateTimeOffset AuthTime { get; init; }

    /// <summary>How well (OpenID Connect: <c>acr</c>).</summary>
    public string? Acr { get; init; }

    /// <summary>By what (RFC 8176: <c>amr</c>).</summary>
    public string[]? Amr { get; init; }

    /// <summary>Returned in the ID token as it came (OpenID Connect Core §3.1.2.1).</summary>
    public string? Nonce { get; init; }

    /// <summary>Claims that were asked for one by one, as a row keeps them (OpenID Connect Core §5.5).</summary>
    public string? Claims { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>Holds the code.</summary>
    public override string ToString() => $"code for {ClientId}";
}
