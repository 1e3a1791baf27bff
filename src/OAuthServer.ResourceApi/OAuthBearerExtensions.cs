using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OAuthServer.ResourceApi;

#pragma warning disable IDE0130 // Where an application has its own usings: nobody has to look for it.
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds the validation of access tokens to an API.</summary>
public static class OAuthBearerExtensions
{
    /// <summary>The name of the authentication scheme, <c>Bearer</c>.</summary>
    public const string Scheme = JwtBearerDefaults.AuthenticationScheme;

    private const string LevelsCheck = "oauth-bearer-levels";

    /// <summary>
    /// Accepts the access tokens of one authorization server (RFC 9068) in the Authorization header (RFC 6750 §2.1)
    /// and makes this the default authentication. Protect endpoints with <c>RequireScope</c> or
    /// <c>RequireAuthorization</c>.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">
    /// Sets at least <see cref="OAuthBearerOptions.Issuer"/> and <see cref="OAuthBearerOptions.Audience"/>.
    /// </param>
    /// <returns>The authentication builder, to add other schemes.</returns>
    public static AuthenticationBuilder AddOAuthBearer(
        this IServiceCollection services, Action<OAuthBearerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<OAuthBearerOptions>().Configure(configure).ValidateOnStart();
        return services.AddBearer();
    }

    /// <summary>
    /// The same from configuration; an unknown key is a fault, so that a misspelt one does not go unnoticed.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="section">The section that holds the options, for example <c>OAuthBearer</c>.</param>
    /// <returns>The authentication builder, to add other schemes.</returns>
    public static AuthenticationBuilder AddOAuthBearer(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.AddOptions<OAuthBearerOptions>()
            .Bind(section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
        return services.AddBearer();
    }

    private static AuthenticationBuilder AddBearer(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<OAuthBearerOptions>, OAuthBearerOptionsValidator>();
        services.AddSingleton<AuthorizationServerClient>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<OfferedLevels>();
        services.AddSingleton<SignInHandler>();
        services.AddSingleton<IAuthorizationHandler>(provider => provider.GetRequiredService<SignInHandler>());
        services.AddHealthChecks().AddCheck<OfferedLevels>(LevelsCheck, HealthStatus.Degraded, ["oauth-bearer"]);
        services.AddSingleton<RevocationList>();
        services.AddSingleton<TokenIntrospection>();
        services.AddSingleton<AccessTokenHandler>();
        services.AddRouting();
        services.AddSingleton<ServedResources>();
        services.AddSingleton<MetadataAnswer>();
        services.AddSingleton<BearerAnswer>();
        services.AddSingleton<OAuthBearerEvents>();
        services.AddHttpClient(AuthorizationServerClient.HttpClientName)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // RFC 9700 §4.12: an answer from elsewhere is not the issuer's.
                AllowAutoRedirect = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .RemoveAllLoggers();
        services.AddAuthorization();
        services.AddOptions<JwtBearerOptions>(Scheme).Configure<AccessTokenHandler>((jwt, handler) =>
        {
            jwt.TokenHandlers.Clear();
            jwt.TokenHandlers.Add(handler);
            jwt.EventsType = typeof(OAuthBearerEvents);
            jwt.SaveToken = false;
        });
        return services.AddAuthentication(Scheme).AddJwtBearer(Scheme, _ => { });
    }
}
