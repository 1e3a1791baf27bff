using System.Diagnostics.CodeAnalysis;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Keys;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.BackChannel;

/// <summary>
/// Makes logout tokens (OpenID Connect Back-Channel Logout §2.4): signed as ID tokens are, of a type of their own, so
/// that neither is taken for the other (RFC 8725 §3.11), and good for two minutes. One for a single session names that
/// session alone: some receivers end every session of a person whom a token names. Only when all of them ended at once
/// does it say whose they were.
/// </summary>
internal sealed class LogoutTokens(KeyRing keys, ServerAddress address, TimeProvider clock)
{
    /// <summary>The <c>typ</c> of a logout token.</summary>
    public const string Type = "logout+jwt";

    private const string Event = "http://schemas.openid.net/event/backchannel-logout";
    private const int LifetimeSeconds = 120;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>The token for one try; false as long as there is no key to sign with.</summary>
    public bool TryMake(DueNotice notice, [NotNullWhen(true)] out string? token)
    {
        token = null;
        if (keys.Current is not { } ring) return false;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = address.Issuer,
            ["aud"] = notice.ClientId,
            ["iat"] = now,
            ["exp"] = now + LifetimeSeconds,
            ["jti"] = notice.Jti.ToString(),
            ["events"] = new Dictionary<string, object> { [Event] = new Dictionary<string, object>() },
            ["sid"] = notice.SessionId.ToString(),
        };
        if (notice.NamesPerson) claims["sub"] = notice.UserId.ToString();
        token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = Type,
            SigningCredentials = ring.Signing.Credentials,
            Claims = claims,
        });
        return true;
    }
}
