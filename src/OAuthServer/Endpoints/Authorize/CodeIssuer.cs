using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Keys;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>The code that a consent form bought, and what became of it.</summary>
internal sealed record FormCode(string Code, CodeState State)
{
    /// <summary>Holds the code.</summary>
    public override string ToString() => "code of a form";
}

/// <summary>
/// Makes authorization codes (RFC 6749 §4.1.2, §10.10). With remembered consent a code is random; that of a consent
/// form is made from the form's own secret and a key that is in no database, so that the form's answer can be given
/// again although only hashes are stored.
/// </summary>
internal sealed class CodeIssuer(
    AuthorizationCodes codes, PushedRequests pushed, KeyRing keys, IOptions<OAuthOptions> options)
{
    /// <summary>The code; null when the session, the account or the consent does not allow one.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="person">Who is signed in.</param>
    /// <param name="form">The consent form that was answered; null when consent is remembered.</param>
    /// <param name="audit">For the audit log.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<string?> TryIssueAsync(
        AuthorizeRequest request, SignedInAccount person, ConsentTicket? form, AuditContext audit, CancellationToken ct)
    {
        var target = request.Target;
        var code = form is null ? Handle.New() : CodeOf(form, keys.Secrets.Current);
        var made = new NewCode
        {
            Code = code,
            ClientId = target.Client.Id,
            UserId = person.Id,
            SecurityStamp = person.SecurityStamp,
            TicketId = form?.Id,
            RedirectUri = target.RedirectUri,
            RedirectUriWasSent = target.RedirectUriWasSent,
            Scope = request.Scope.ToString(),
            Resources = [.. request.Resources.Select(api => api.Canonical)],
            Agreed = [.. request.Agreed.Select(api => api.Canonical)],
            AgreedScopes = [.. request.Agreed.Select(api => request.ScopeOf(api).ToString())],
            CodeChallenge = request.CodeChallenge,
            SessionId = person.SessionId,
            AuthTime = person.AuthenticatedAt,
            Acr = person.Methods.Level,
            Amr = [.. person.Methods.Names],
            Nonce = request.Nonce,
            Claims = request.Claims.ToStored(),
            Lifetime = options.Value.AuthorizationCodeLifetime,
            Audit = audit,
        };
        var issued = request.Pushed is { } asked
            ? await pushed.TryUseWithAsync(
                asked.Reference, form?.Id, db => AuthorizationCodes.TryIssueAsync(db, made, ct), ct)
            : await codes.TryIssueAsync(made, ct);
        return issued ? code : null;
    }

    /// <summary>What the form bought when it was answered before; null when that is not known.</summary>
    public async Task<FormCode?> FindAsync(ConsentTicket form, CancellationToken ct)
    {
        foreach (var secret in keys.Secrets.All)
        {
            var code = CodeOf(form, secret);
            if (await codes.FindAsync(code, ct) is { } state) return new FormCode(code, state);
        }

        return null;
    }

    private static string CodeOf(ConsentTicket form, ServerSecret secret) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(secret.CodeKey, Encoding.ASCII.GetBytes(form.Secret)));
}
