using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OAuthServer.ResourceApi;

/// <summary>
/// The steps of the framework's JwtBearer handler that RFC 6750 wants otherwise: where a token may stand, and every
/// answer.
/// </summary>
internal sealed class OAuthBearerEvents(
    BearerAnswer answer,
    SignInHandler signIns,
    IAuthorizationPolicyProvider policies,
    ILogger<OAuthBearerEvents> logger) : JwtBearerEvents
{
    private static readonly BearerFailure Missing = new(BearerFailureKind.MissingToken, "No access token was sent");

    public override Task MessageReceived(MessageReceivedContext context)
    {
        var (token, failure) = BearerCredentials.Read(context.Request);
        context.Token = token;
        if (failure is not null) context.Fail(failure);
        else if (token is null) context.NoResult();
        return Task.CompletedTask;
    }

    public override async Task TokenValidated(TokenValidatedContext context)
    {
        if (await BearerCredentials.IsInFormAsync(context.Request, context.HttpContext.RequestAborted))
            context.Fail(BearerFailure.Malformed("The access token is sent in more than one place"));
    }

    public override async Task Challenge(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var failure = context.AuthenticateFailure switch
        {
            null => Missing,
            BearerFailure refusal => refusal,
            // A parser of the framework gave up on the token: refused, and never an exception.
            _ => BearerFailure.Invalid("The access token is not valid"),
        };
        logger.Refused(failure.Kind, failure.Message);
        if (context.Response.HasStarted) return;
        var scopes = await ScopeRequirement.OfAsync(context.HttpContext.GetEndpoint(), policies);
        await answer.WriteAsync(context.Response, failure, scopes);
    }

    public override async Task Forbidden(ForbiddenContext context)
    {
        var scopes = await ScopeRequirement.OfAsync(context.HttpContext.GetEndpoint(), policies);
        if (await SignInRequirement.OfAsync(context.HttpContext.GetEndpoint(), policies) is { } demand
            && !signIns.IsMet(context.HttpContext.User, demand))
        {
            logger.Refused(BearerFailureKind.InsufficientSignIn, "The person has to sign in anew for this endpoint");
            if (!context.Response.HasStarted) await answer.WriteStepUpAsync(context.Response, demand, scopes);
            return;
        }

        logger.Refused(BearerFailureKind.InsufficientScope, "The access token does not reach this endpoint");
        if (!context.Response.HasStarted) await answer.WriteForbiddenAsync(context.Response, scopes);
    }
}
