using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Admin;

/// <summary>
/// The framework's authentication of the admin API: by an access token of our own, in the Authorization header alone
/// (RFC 6750 §2.1, §3).
/// </summary>
internal sealed class AdminBearer(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    AdminAccess access,
    AdminAnswers answers,
    IOptions<ManagementOptions> management)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "admin";

    private OAuthError _refusal = BearerToken.Missing;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var read = await BearerToken.ReadAsync(Request, Context.RequestAborted);
        if (read.Failed(out var refusal, out var token)) return Refuse(refusal);
        if ((await access.JudgeAsync(token, Context.RequestAborted)).Failed(out refusal, out var rights))
            return Refuse(refusal);
        var principal = rights.Caller.With(rights.Scopes, SchemeName);
        _refusal = LacksScope(rights.Lacks ?? Reasons.AdminScopeMissing);
        return AuthenticateResult.Success(new AuthenticationTicket(principal, SchemeName));
    }

    // RFC 6750 §3: without a token there is no error in the challenge.
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var said = _refusal == BearerToken.Missing ? "" : Said(_refusal);
        if (_refusal.Reason == Reasons.AdminSignInTooWeak)
        {
            var age = (long)management.Value.LongestSignIn.TotalSeconds;
            said += string.Create(
                CultureInfo.InvariantCulture, $", acr_values=\"{Levels.TwoFactors}\", max_age=\"{age}\"");
        }

        if (_refusal.Status < 500) Response.Headers.WWWAuthenticate = $"Bearer realm=\"admin\"{said}";
        return answers.RefuseAsync(Context, _refusal, null);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var needed = Context.GetEndpoint()?.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
        Response.Headers.WWWAuthenticate = $"Bearer realm=\"admin\"{Said(_refusal)}, scope=\"{needed}\"";
        return answers.RefuseAsync(Context, _refusal, AdminCaller.Of(Context.User));
    }

    private static OAuthError LacksScope(string reason) => new(
        "insufficient_scope",
        "The access token lacks the scope of this call, or the person is no operator.",
        reason,
        403);

    private static string Said(OAuthError error) =>
        $", error=\"{error.Code}\", error_description=\"{error.Description}\"";

    private AuthenticateResult Refuse(OAuthError error)
    {
        _refusal = error;
        return error == BearerToken.Missing ? AuthenticateResult.NoResult() : AuthenticateResult.Fail(error.Code);
    }
}
