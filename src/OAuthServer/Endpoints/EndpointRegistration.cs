using OAuthServer.Endpoints.Account;
using OAuthServer.Endpoints.Account.External;
using OAuthServer.Endpoints.Account.Factors;
using OAuthServer.Endpoints.Account.Passkeys;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Endpoints.Introspect;
using OAuthServer.Endpoints.Logout;
using OAuthServer.Endpoints.OpenId;
using OAuthServer.Endpoints.Push;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Endpoints.Token.Grants;

namespace OAuthServer.Endpoints;

internal static class EndpointRegistration
{
    public static IServiceCollection AddEndpoints(this IServiceCollection services)
    {
        services.AddPeople();
        services.AddSingleton<GrantRefusals>();
        services.AddSingleton<OAuthAnswers>();
        services.AddSingleton<IGrant, AuthorizationCodeGrant>();
        services.AddSingleton<IGrant, RefreshTokenGrant>();
        services.AddSingleton<IGrant, ClientCredentialsGrant>();
        services.AddSingleton<IdTokenIssuer>();
        services.AddSingleton<TokenIssuer>();
        services.AddSingleton<TokenService>();
        services.AddSingleton<AccessTokenReader>();
        services.AddSingleton<IdTokenHintReader>();
        services.AddSingleton<UserInfoService>();
        services.AddSingleton<AccessTokenRevoker>();
        services.AddSingleton<RevokeService>();
        services.AddSingleton<LogoutService>();
        services.AddScoped<LogoutAnswer>();
        services.AddSingleton<PushService>();
        services.AddSingleton<TokenLife>();
        services.AddSingleton<Introspector>();
        services.AddSingleton<IntrospectService>();
        services.AddSingleton<DiscoveryDocuments>();
        services.AddSingleton<RevocationList>();
        return services;
    }

    // Whoever signs in, agrees and looks after an account.
    private static void AddPeople(this IServiceCollection services)
    {
        services.AddSingleton<AuthorizeValidator>();
        services.AddSingleton<AuthorizeRequests>();
        services.AddSingleton<CodeIssuer>();
        services.AddSingleton<ConsentQuestions>();
        services.AddSingleton<AuthorizeService>();
        services.AddSingleton<Interactions>();
        services.AddSingleton<SignInDemands>();
        services.AddSingleton<AppAnswers>();
        services.AddSingleton<AuthorizeAnswer>();
        services.AddSingleton<ConsentForm>();
        services.AddSingleton<WaitingRequests>();
        services.AddSingleton<SignInLimits>();
        services.AddScoped<PasskeysAnswer>();
        services.AddScoped<OtherWaysIn>();
        services.AddScoped<LoginsAnswer>();
        services.AddScoped<ExternalPages>();
        services.AddScoped<ExternalAnswer>();
        services.AddSingleton<SignInJudge>();
        services.AddScoped<SecondStepAnswer>();
        services.AddScoped<FactorsAnswer>();
        services.AddSingleton<FactorsForm>();
        services.AddScoped<SignInAnswer>();
        services.AddScoped<PasswordAnswer>();
        services.AddSingleton<ProfileAnswer>();
    }
}
