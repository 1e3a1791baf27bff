using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Settings;
using GitHubOptions = Microsoft.AspNetCore.Authentication.OAuth.OAuthOptions;

namespace OAuthServer.Accounts.External;

/// <summary>
/// Sets the framework's handlers up as this server tells its own clients to be: code flow, PKCE with S256, <c>state</c>
/// and <c>nonce</c>, the issuer byte for byte, signed by a key that is published (OpenID Connect Core §3.1.3.7,
/// RFC 9207 §2.4).
/// </summary>
internal sealed class UpstreamOptions(
    ExternalProviders providers, ServerAddress address, UpstreamAnswers answers, TimeProvider clock)
    : IConfigureNamedOptions<OpenIdConnectOptions>, IConfigureNamedOptions<GitHubOptions>
{
    // Never a shared secret: with one, whoever knows the client could write tokens.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(OpenIdConnectOptions options) => Configure(null, options);

    public void Configure(string? name, OpenIdConnectOptions options)
    {
        if (providers.OfScheme(name) is not { } provider) return;
        Common(options, provider);
        options.ClientId = provider.Options.ClientId;
        options.ConfigurationManager = Documents(provider, options.Backchannel);
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.NonceCookie = PageCookies.External(address, "nonce", ExternalVisits.Lifetime);
        options.MapInboundClaims = false;
        options.DisableTelemetry = true;
        options.GetClaimsFromUserInfoEndpoint = provider.Options.UserInfo;
        options.ClaimActions.Clear();
        foreach (var claim in (string[])[UpstreamClaims.Email, UpstreamClaims.EmailVerified, UpstreamClaims.Name])
            options.ClaimActions.MapJsonKey(UpstreamClaims.UserInfo + claim, claim);
        options.Scope.Clear();
        foreach (var scope in (string[])["openid", "profile", "email"]) options.Scope.Add(scope);
        Check(options.TokenValidationParameters, provider);
        options.Events.OnMessageReceived = context => ReceivedAsync(context, provider);
        options.Events.OnAuthorizationCodeReceived = context => RedeemAsync(context, provider);
    }

    public void Configure(GitHubOptions options) => Configure(null, options);

    public void Configure(string? name, GitHubOptions options)
    {
        if (providers.OfScheme(name) is not { } provider) return;
        Common(options, provider);
        var api = provider.Issuer == ExternalProvider.GitHub ? "https://api.github.com" : provider.Issuer + "/api/v3";
        options.ClientId = provider.Options.ClientId;
        options.ClientSecret = provider.Secret();
        options.AuthorizationEndpoint = provider.Issuer + "/login/oauth/authorize";
        options.TokenEndpoint = provider.Issuer + "/login/oauth/access_token";
        options.UserInformationEndpoint = api + "/user";
        options.UsePkce = true;
        options.Scope.Add("read:user");
        options.Scope.Add("user:email");
    }

    private void Common(RemoteAuthenticationOptions options, ExternalProvider provider)
    {
        options.CallbackPath = address.Local(provider.CallbackRoute);
        options.CorrelationCookie = PageCookies.External(address, "state", ExternalVisits.Lifetime);
        options.RemoteAuthenticationTimeout = ExternalVisits.Lifetime;
        options.Backchannel = UpstreamCalls.Create(provider.Options);
    }

    private static ConfigurationManager<OpenIdConnectConfiguration> Documents(
        ExternalProvider provider, HttpClient calls) => new(
            provider.Issuer.TrimEnd('/') + "/.well-known/openid-configuration",
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(calls)
            {
                RequireHttps = provider.Issuer.StartsWith("https:", StringComparison.Ordinal),
            },
            new IssuerCheck(provider.Issuer));

    private void Check(TokenValidationParameters rules, ExternalProvider provider)
    {
        rules.ValidAlgorithms = Algorithms;
        rules.ValidAudience = provider.Options.ClientId;
        rules.IssuerValidator = (issuer, _, _) => issuer == provider.Issuer
            ? issuer
            : throw new SecurityTokenInvalidIssuerException("The ID token is of another issuer.");
        rules.LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return expires + UpstreamCalls.Tolerance > now
                && (notBefore is null || notBefore - UpstreamCalls.Tolerance <= now);
        };
    }

    // Before anything is sent to anybody (RFC 9207 §2.4).
    private static Task ReceivedAsync(MessageReceivedContext context, ExternalProvider provider)
    {
        if (context.ProtocolMessage.Iss is { } issuer && issuer != provider.Issuer)
            context.Fail("The answer is of another issuer.");
        return Task.CompletedTask;
    }

    private async Task RedeemAsync(AuthorizationCodeReceivedContext context, ExternalProvider provider)
    {
        var documents = await context.Options.ConfigurationManager!.GetConfigurationAsync(
            context.HttpContext.RequestAborted);
        if (documents.AuthorizationResponseIssParameterSupported && context.ProtocolMessage.Iss != provider.Issuer)
            context.Fail("The answer names no issuer.");
        else if (!await answers.TryUseAsync(provider.Scheme, context.Properties, context.HttpContext.RequestAborted))
            context.Fail(new UpstreamAnswerUsedException());
    }

    /// <summary>A provider's documents are of the issuer that the operator named (Discovery §4.3).</summary>
    private sealed class IssuerCheck(string issuer) : IConfigurationValidator<OpenIdConnectConfiguration>
    {
        public ConfigurationValidationResult Validate(OpenIdConnectConfiguration configuration) => new()
        {
            Succeeded = configuration.Issuer == issuer,
            ErrorMessage = "The provider's documents are of another issuer.",
        };
    }
}
