using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace OAuthServer.Bench.Floor;

/// <summary>
/// The least that a code flow can cost on this stack: a sealed cookie opened and one insert; then a form, one statement
/// and one signature. Nothing is validated that a redirect could be abused for.
/// </summary>
internal sealed class CodeEndpoints(AccessTokens tokens, Codes codes, IDataProtectionProvider protection)
{
    private const string Cookie = "floor-session";

    private readonly IDataProtector _sessions = protection.CreateProtector("floor");

    /// <summary>Begins a session.</summary>
    public Task SignInAsync(HttpContext context)
    {
        context.Response.Cookies.Append(Cookie, _sessions.Protect(Grant.Example.UserId.ToString()));
        return Task.CompletedTask;
    }

    /// <summary>A code for whoever the cookie names (RFC 6749 section 4.1.2).</summary>
    public async Task AuthorizeAsync(HttpContext context)
    {
        var person = Guid.Parse(_sessions.Unprotect(context.Request.Cookies[Cookie] ?? ""));
        var query = context.Request.Query;
        var code = NewToken();
        await codes.IssueAsync(Hash(code), person, query["code_challenge"].ToString(), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"{query["redirect_uri"]}?code={code}&state={query["state"]}";
    }

    /// <summary>The exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6).</summary>
    public async Task ExchangeAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var refreshToken = NewToken();
        var challenge = Base64Url.EncodeToString(Hash(form["code_verifier"].ToString()));
        if (!FloorEndpoints.KnowsSecret(form)
            || await codes.RedeemAsync(
                Hash(form["code"].ToString()), challenge, Hash(refreshToken), context.RequestAborted) is not { } grant)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await FloorEndpoints.AnswerAsync(context, TokenAnswer.Write(tokens.Issue(grant), refreshToken));
    }

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
