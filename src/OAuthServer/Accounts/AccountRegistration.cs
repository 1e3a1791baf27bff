using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts.Editing;
using OAuthServer.Accounts.External;
using OAuthServer.Accounts.Factors;
using OAuthServer.Accounts.Passkeys;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Audit;
using OAuthServer.Keys;
using OAuthServer.Outgoing;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Accounts;

/// <summary>Adds people: accounts, passwords, sessions.</summary>
internal static class AccountRegistration
{
    private const string ApplicationName = "OAuthServer";

    public static IServiceCollection AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<AccountLinks>();
        services.AddIdentity();
        services.AddPasswordRules(configuration);
        services.AddSessions();
        services.AddSingleton<PasswordWork>();
        services.AddSingleton<RefusalTime>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<LanguageCookie>();
        services.AddSingleton<GivenPasswords>();
        services.AddSingleton(provider => new AccountEditing(
            provider.GetRequiredService<IDbContextFactory<OAuthDbContext>>(),
            provider.GetRequiredService<ExternalProviders>().Issuers));
        services.AddSingleton<AccountRegistrar>();
        services.AddSingleton<AccountReader>();
        services.AddScoped<AccountJournal>();
        services.AddScoped<SessionsService>();
        services.AddScoped<SignInService>();
        services.AddScoped<PasswordService>();
        services.AddScoped<FirstPassword>();
        services.AddScoped<PasswordRemoval>();
        services.AddScoped<MailedPasswords>();
        services.AddScoped<AddressChanges>();
        services.AddScoped<AccountDeletion>();
        services.AddSingleton<SelfService>();
        services.AddFactors();
        services.AddExternalProviders(configuration);
        return services;
    }

    private static void AddFactors(this IServiceCollection services)
    {
        services.AddSingleton<AuthenticatorSecrets>();
        services.AddSingleton<PendingSignIns>();
        services.AddSingleton<RememberedBrowsers>();
        services.AddSingleton<FactorJournal>();
        services.AddSingleton<FactorCheck>();
        services.AddSingleton<FactorVisitors>();
        services.AddSingleton<FactorChanges>();
        services.AddSingleton<AuthenticatorEnrollment>();
        services.AddSingleton<RecentSignIn>();
        services.AddScoped<SecondStep>();
        services.AddHostedService<FactorSecretRenewal>();
        services.AddSingleton<IConfigureOptions<IdentityPasskeyOptions>, PasskeyRules>();
        services.TryAddScoped<IPasskeyHandler<Account>, PasskeyHandler<Account>>();
        services.AddSingleton<PasskeyTickets>();
        services.AddScoped<PasskeyService>();
        services.AddSingleton<PasskeyRemoval>();
    }

    private static void AddIdentity(this IServiceCollection services)
    {
        // Identity's store changes what it has read, so its context tracks.
        services.AddScoped(provider =>
        {
            var db = provider.GetRequiredService<IDbContextFactory<OAuthDbContext>>().CreateDbContext();
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
            return db;
        });
        services.AddSingleton<ILookupNormalizer, AddressNormalizer>();
        services.AddIdentityCore<Account>(ConfigureIdentity)
            .AddUserStore<AccountStore>()
            .AddUserManager<AccountManager>()
            .AddClaimsPrincipalFactory<AccountPrincipalFactory>()
            .AddSignInManager<AccountSignInManager>();
        // The table judges names and addresses (migrations/002): a rule of Identity's would fail the write that counts
        // a wrong password.
        services.RemoveAll<IUserValidator<Account>>();
    }

    /// <summary>Adds the rules for new passwords, for the server and for the commands that set one.</summary>
    public static IServiceCollection AddPasswordRules(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PasswordRuleOptions, PasswordRuleOptionsValidator>(
            configuration.GetSection(PasswordRuleOptions.Section));
        services.AddOptions<SecondFactorOptions, SecondFactorOptionsValidator>(
            configuration.GetSection(SecondFactorOptions.Section));
        services.AddGuardedHttpClient(BreachList.HttpClientName, provider =>
        {
            var options = provider.GetRequiredService<IOptions<PasswordRuleOptions>>().Value;
            return new AddressRules(options.AllowedHosts, options.AllowedNetworks);
        });
        services.AddSingleton<BreachList>();
        services.AddSingleton<PasswordLength>();
        services.AddSingleton(provider =>
            new ServiceNames(provider.GetRequiredService<ServerAddress>(), configuration["Branding:Name"]));
        // Identity's own counts UTF-16 units and asks for kinds of characters.
        services.RemoveAll<IPasswordValidator<Account>>();
        services.AddSingleton<IPasswordValidator<Account>, NewPasswordRule>();
        // Stateless, and used by the singleton that bounds password work.
        services.AddSingleton<IPasswordHasher<Account>, AccountPasswordHasher>();
        services.Configure<PasswordHasherOptions>(options => options.IterationCount = 210_000);
        return services;
    }

    // A lock is short, and holds against those who guess (docs/decisions/015-guessing-shuts-nobody-out.md).
    private static void ConfigureIdentity(IdentityOptions options)
    {
        options.Lockout.AllowedForNewUsers = true;
        options.Lockout.MaxFailedAccessAttempts = 5;
        options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
    }

    // Keys are in the database, and nobody can use one who has the database alone.
    private static void AddSessionKeys(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName).PersistKeysToDbContext<OAuthDbContext>();
        services.AddOptions<KeyManagementOptions>().PostConfigure<KeyRing>((options, ring) =>
        {
            options.XmlRepository = new EncryptedSessionKeys(options.XmlRepository!);
            options.XmlEncryptor = new SessionKeyEncryptor(ring);
        });
        services.AddSingleton<XmlKeyManager>();
        services.AddSingleton<SessionKeyManager>();
        services.Replace(ServiceDescriptor.Singleton<IKeyManager>(
            provider => provider.GetRequiredService<SessionKeyManager>()));
        services.AddHostedService<SessionKeyRenewal>();
    }

    private static void AddSessions(this IServiceCollection services)
    {
        services.AddSessionKeys();
        services.AddAuthentication().AddCookie(IdentityConstants.ApplicationScheme);
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme)
            .Configure<ServerAddress>(PageCookies.Session);
        services.AddAntiforgery();
        services.AddOptions<AntiforgeryOptions>().Configure<ServerAddress>(PageCookies.Antiforgery);
        services.AddScoped<SessionEvents>();
        services.AddScoped<AccountSession>();
    }
}
