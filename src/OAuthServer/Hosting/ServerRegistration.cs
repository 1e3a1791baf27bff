using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Clients;
using OAuthServer.Endpoints;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Endpoints.Discovery;
using OAuthServer.Endpoints.Revoke;
using OAuthServer.Endpoints.Token;
using OAuthServer.Endpoints.Token.Grants;
using OAuthServer.Hosting.Observability;
using OAuthServer.Keys;
using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;
using OAuthServer.Storage.Sweeping;
using Serilog;
using Serilog.Core;

namespace OAuthServer.Hosting;

/// <summary>What the server is made of, one call per concern.</summary>
internal static class ServerRegistration
{
    /// <summary>How much longer than its lifetime a verifier may accept a token: the clock skew that bearer libraries allow.</summary>
    private static readonly TimeSpan VerifierTolerance = TimeSpan.FromMinutes(5);

    public static IServiceCollection AddServer(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging(configuration);
        services.AddConfiguration(configuration);
        services.AddTelemetry(configuration);
        services.AddStorage();
        services.AddSigningKeys(configuration);
        services.AddSingleton<IValidateOptions<SigningKeyOptions>, AwsRegionValidator>();
        services.AddClientSecrets(configuration);
        services.AddClientCache(configuration);
        services.AddSweeper(configuration);
        services.AddAuditSealing(configuration);
        services.AddGuessLimits();
        services.AddProtocol();
        services.AddAccounts(configuration);
        services.AddAuthorize();
        services.AddProtection(configuration);
        services.AddSingleton<StartupFacts>().AddHostedService<StartupLine>();
        services.AddStopping(configuration);
        services.AddSingleton<IsOutage>(exception => exception is KeyStoreException);
        services.AddSingleton<IsRegisteredOrigin>(provider => provider.GetRequiredService<ClientDirectory>().IsRegisteredOriginAsync);
        services.AddSingleton<ErrorPage>((http, status, code) => PageAnswer.Error(http, new(status, "This did not work", "The server could not answer. Please try again in a moment.", code, http.TraceIdentifier)));
        return services;
    }

    private static void AddLogging(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<ILogEventEnricher, CorrelationEnricher>();
        // A logger of this host's own: by default the last host of a process takes over the lines of all.
        services.AddSerilog((provider, logger) => LogOutput.Configure(logger.ReadFrom.Configuration(configuration, LogOutput.ConfigurableParts).ReadFrom.Services(provider), provider.GetRequiredService<IHostEnvironment>()), preserveStaticLogger: true);
    }

    private static void AddConfiguration(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<OAuthOptions>, OAuthOptionsValidator>();
        services.AddOptions<OAuthOptions>().BindStrictly(configuration.GetSection("OAuth")).ValidateOnStart();
        services.AddOptions<DatabaseOptions>()
            .Configure(options => options.ConnectionString = configuration.GetConnectionString("OAuthServer") ?? string.Empty)
            .Validate(DatabaseOptions.IsReadable, "ConnectionStrings:OAuthServer is required: where the PostgreSQL database is, for example Host=db;Database=oauth;Username=oauth;Password=...")
            .ValidateOnStart();
        services.AddSingleton<ServerAddress>();
    }

    private static void AddStorage(this IServiceCollection services)
    {
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.CreateDataSource());
        services.AddSingleton(provider => new AccessTokenWindow(provider.GetRequiredService<IOptions<OAuthOptions>>().Value.AccessTokenLifetime + VerifierTolerance));
        services.AddPooledDbContextFactory<OAuthDbContext>(
            (provider, options) => OAuthDatabase.Configure(options, provider.GetRequiredService<NpgsqlDataSource>()));
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<RevokedTokens>();
        services.AddSingleton<Storage.Grants>();
        services.AddSingleton<Consents>();
        services.AddSingleton<Storage.Clients>();
        services.AddSingleton<Storage.Accounts>();
        services.AddSingleton<AuditEvents>();
        services.AddSingleton<SchemaVersion>();
        services.AddSingleton<Migrator>();
        services.AddHealthChecks()
            .AddDbContextCheck<OAuthDbContext>("database", tags: ["ready"])
            .AddCheck<SchemaHealthCheck>("schema", tags: ["ready"]);
    }

    private static void AddGuessLimits(this IServiceCollection services)
    {
        services.AddSingleton<HashWork>();
        services.AddSingleton(provider => new SecretGuesses(Limits(provider).ClientSecrets, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new PasswordGuesses(Limits(provider).Passwords, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<BudgetExhausted>(provider => (http, _) =>
            provider.GetRequiredService<AuditEvents>().RecordAsync(new(AuditEventNames.BudgetUsedUp, Reasons.AddressBudget, http.Audit()), CancellationToken.None));
        static RateLimitOptions Limits(IServiceProvider provider) => provider.GetRequiredService<IOptions<RateLimitOptions>>().Value;
    }

    private static void AddProtocol(this IServiceCollection services)
    {
        services.AddSingleton<ClientSecretVerifier>().AddSingleton<ClientAuthenticator>();
        services.AddSingleton<TokenIssuer>().AddSingleton<AccessTokenReader>().AddSingleton<RefusalLog>().AddSingleton<RefusalJournal>();
        services.AddSingleton<IGrant, AuthorizationCodeGrant>().AddSingleton<IGrant, RefreshTokenGrant>().AddSingleton<TokenService>();
        services.AddSingleton<AccessTokenRevoker>().AddSingleton<RevokeService>();
        services.AddSingleton<DiscoveryDocuments>().AddSingleton<RevocationList>();
    }

    private static void AddAuthorize(this IServiceCollection services)
    {
        services.AddSingleton<AuthorizeValidator>().AddSingleton<AuthorizeService>().AddSingleton<AuthorizeAnswer>().AddSingleton<ConsentTickets>();
        services.AddSingleton<SignInDescription>();
        services.RemoveAll<DescribeSignIn>();
        services.AddSingleton<DescribeSignIn>(provider => provider.GetRequiredService<SignInDescription>().DescribeAsync);
    }
}
