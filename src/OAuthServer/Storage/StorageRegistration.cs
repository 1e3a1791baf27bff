using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Storage;

/// <summary>
/// Adds the database: its connections, its tables, its schema, and the health checks that it answers.
/// </summary>
internal static class StorageRegistration
{
    private const string ConnectionString = "OAuthServer";
    private const string ListenConnectionString = "OAuthServerListen";
    private const string PasswordFile = "OAuthServerPasswordFile";
    private const string PasswordSecret = "OAuthServerPasswordSecret";

    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.AddOptions<DatabaseOptions>()
            .Configure(options =>
            {
                options.ConnectionString = configuration.GetConnectionString(ConnectionString) ?? "";
                options.ListenConnectionString = configuration.GetConnectionString(ListenConnectionString);
                options.PasswordFile = Filled(configuration, PasswordFile);
                options.PasswordSecret = Filled(configuration, PasswordSecret);
            })
            .ValidateOnStart();
        services.AddPasswordFile(configuration);
        services.AddSingleton<DatabaseAccess>();
        services.AddSingleton(provider => provider.GetRequiredService<DatabaseAccess>().CreateDataSource());
        services.AddSingleton<StatementsUnderWay>();
        services.AddHostedService<ThreadReserve>();
        services.AddPooledDbContextFactory<OAuthDbContext>((provider, options) => OAuthDatabase.Configure(
            options,
            provider.GetRequiredService<NpgsqlDataSource>(),
            provider.GetRequiredService<StatementsUnderWay>()));
        services.AddTables();
        services.AddSingleton<SchemaVersion>();
        services.AddSingleton<Migrator>();
        services.AddHealthChecks()
            .AddCheck<DatabaseHealthCheck>("database", null, ["ready"], DatabaseHealthCheck.Limit)
            .AddCheck<SchemaHealthCheck>("schema", null, ["ready"], DatabaseHealthCheck.Limit);
        return services;
    }

    /// <summary>Adds the file that has the password of the database, where one is named.</summary>
    public static void AddPasswordFile(this IServiceCollection services, IConfiguration configuration)
    {
        if (Filled(configuration, PasswordFile) is { } file)
            services.AddSingleton<IDatabasePassword>(new PasswordFile(file));
    }

    private static void AddTables(this IServiceCollection services)
    {
        services.AddSingleton(AccessTokenWindow.Usual);
        services.AddSingleton<Accounts>();
        services.AddSingleton<PersonData>();
        services.AddSingleton<AccountFactors>();
        services.AddSingleton<AccountListing>();
        services.AddSingleton<AccountLogins>();
        services.AddSingleton<AccountPasswords>();
        services.AddSingleton<AccountTokens>();
        services.AddSingleton<AuditEvents>();
        services.AddSingleton<AuditSeals>();
        services.AddSingleton<Authenticators>();
        services.AddSingleton<AuthorizationCodes>();
        services.AddSingleton<ClientSecretUses>();
        services.AddSingleton<ClientLogos>();
        services.AddSingleton<Clients>();
        services.AddSingleton<ClientTokens>();
        services.AddSingleton<Consents>();
        services.AddSingleton<Grants>();
        services.AddSingleton<LogoutNotices>();
        services.AddSingleton<MailOutbox>();
        services.AddSingleton<MailQueue>();
        services.AddSingleton<MailSorting>();
        services.AddSingleton<OperatorAccounts>();
        services.AddSingleton<Passkeys>();
        services.AddSingleton<ProfileEditing>();
        services.AddSingleton<PushedRequests>();
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<Resources>();
        services.AddSingleton<RevokedTokens>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<TokenStanding>();
        services.AddSingleton<UserInfo>();
        services.AddSingleton<UsedJwts>();
    }

    private static string? Filled(IConfiguration configuration, string name) =>
        configuration.GetConnectionString(name) is { Length: > 0 } text ? text : null;
}
