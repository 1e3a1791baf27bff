using System.Globalization;
using OAuthServer.Accounts;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>What a request asks of the sign-in (OpenID Connect Core §3.1.2.1, RFC 9470 §4).</summary>
/// <param name="Prompt">How much the person is to be asked.</param>
/// <param name="MaxAge">How many seconds ago the password may have been typed; null for any time.</param>
/// <param name="Subjects">Who it has to be; empty for anybody.</param>
internal sealed record SignInDemand(Prompt Prompt, long? MaxAge, IReadOnlyList<string> Subjects)
{
    /// <summary>
    /// The level that is enough, of those that exist here (RFC 9470 §4); null for any.
    /// </summary>
    public string? Level { get; init; }

    /// <summary>Whoever is signed in is good.</summary>
    public static SignInDemand None { get; } = new(Prompt.Default, null, []);

    /// <summary>True when this person has to sign in anew, whatever came before.</summary>
    /// <param name="person">Who is signed in.</param>
    /// <param name="now">The time of the server's clock.</param>
    public bool AsksAnew(SignedInAccount person, DateTimeOffset now) =>
        (Prompt & (Prompt.Login | Prompt.SelectAccount)) != 0 || IsTooOld(person.AuthenticatedAt, now);

    /// <summary>True when somebody else is meant than who is signed in.</summary>
    public bool IsOfAnother(SignedInAccount person) =>
        Subjects.Any(subject => !string.Equals(subject, person.Id.ToString(), StringComparison.Ordinal));

    // In whole seconds, as auth_time is. Zero is always too long ago: it means the same as prompt=login.
    private bool IsTooOld(DateTimeOffset signedIn, DateTimeOffset now) =>
        MaxAge is { } most && (most == 0 || now.ToUnixTimeSeconds() - signedIn.ToUnixTimeSeconds() > most);
}

/// <summary>Reads demands; what only helps the person along is never a reason to refuse (Core §15.1).</summary>
internal sealed class SignInDemands(IdTokenHintReader hints)
{
    private static readonly OAuthError BadMaxAge =
        OAuthError.InvalidRequest("The max_age is no number of seconds.", Reasons.MaxAgeMalformed);

    private static readonly OAuthError BadHint = OAuthError.InvalidRequest(
        "The id_token_hint is no ID token that this server signs today.", Reasons.IdTokenHintUnusable);

    public async ValueTask<Result<SignInDemand>> ReadAsync(AuthorizeRequest request)
    {
        if (ReadMaxAge(request.Parameters["max_age"]).Failed(out var malformed, out var maxAge)) return malformed;
        List<string> subjects = [];
        if (request.Claims.Subject is { } meant) subjects.Add(meant);
        if (request.Parameters["id_token_hint"] is { } token)
        {
            if (!hints.CanVerify) return OAuthError.TemporarilyUnavailable(Reasons.SigningKeyMissing);
            if (await hints.ReadAsync(token) is not { } hint) return BadHint;
            subjects.Add(hint.UserId.ToString());
        }

        return new SignInDemand(request.Prompt, maxAge < 0 ? null : maxAge, subjects)
        {
            Level = request.Claims.Level ?? Levels.WeakestOf((request.Parameters["acr_values"] ?? "").Split(' ')),
        };
    }

    // Negative for none.
    private static Result<long> ReadMaxAge(string? text)
    {
        if (text is null) return -1;
        if (!text.All(char.IsAsciiDigit)) return BadMaxAge;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : long.MaxValue;
    }
}
