using OAuthServer.ServerTests.Accounts.Factors;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>Two instances on one database, and providers at which people can sign in.</summary>
public sealed class ExternalServers : FactorServers
{
    private readonly MailSink _sink = MailSink.Start();
    private OddProvider? _provider;

    // Each of them is asked for its documents for the first time in a test of its own.
    internal static readonly string[] Down =
    [
        "away-discovery", "slow-discovery", "ill-discovery", "away-keys", "slow-keys", "ill-keys", "liar",
    ];

    private static readonly string[] Open = ["google", "entra", "other", "strict", .. Down];

    internal OddProvider Provider => _provider!;

    internal MailSink Sink => _sink;

    protected override IReadOnlyDictionary<string, string?> Settings
    {
        get
        {
            var settings = new Dictionary<string, string?>(_sink.Settings)
            {
                ["Mail:PollInterval"] = "00:00:00.2",
                ["OAuth:Issuer"] = TestServer.Issuer,
            };
            foreach (var name in Open) Add(settings, name, Provider.Issuer(name), ("CreateAccounts", "true"));
            Add(settings, "closed", Provider.Issuer("closed"));
            Add(
                settings,
                "trusted",
                Provider.Issuer("trusted"),
                ("TrustAddresses", "true"),
                ("RequiredClaims:0:Name", "hd"),
                ("RequiredClaims:0:Value", "example.com"));
            Add(
                settings,
                "mapped",
                Provider.Issuer("mapped"),
                ("CreateAccounts", "true"),
                ("TwoFactorAcr:0", "phr"),
                ("TwoFactorAmr:0", "hwk"));
            Add(settings, "github", Provider.Issuer("github"), ("Kind", "GitHub"), ("CreateAccounts", "true"));
            return settings;
        }
    }

    public override async ValueTask InitializeAsync()
    {
        _provider = new OddProvider(Clock);
        await _provider.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Provider.DisposeAsync();
        await _sink.DisposeAsync();
    }

    /// <summary>The account of somebody at a provider; null for none.</summary>
    internal Task<Guid?> AccountOfAsync(string provider, string subject) => Database.ScalarAsync<Guid?>(
        "SELECT (SELECT account_id FROM account_logins WHERE issuer = $1 AND subject = $2)",
        Provider.Issuer(provider),
        subject);

    /// <summary>An answer that waits for the clock, which nothing else moves.</summary>
    internal async Task<T> AsTimePassesAsync<T>(Task<T> answer)
    {
        while (await Task.WhenAny(answer, Task.Delay(20)) != answer) Clock.Advance(TimeSpan.FromSeconds(1));
        return await answer;
    }

    private static void Add(
        Dictionary<string, string?> settings, string name, string issuer, params (string Key, string Value)[] more)
    {
        var index = settings.Keys.Count(key => key.EndsWith(":ClientId", StringComparison.Ordinal));
        var prefix = $"ExternalProviders:Providers:{index}:";
        settings[prefix + "Name"] = name;
        settings[prefix + "DisplayName"] = "The " + name;
        settings[prefix + "Issuer"] = issuer;
        settings[prefix + "ClientId"] = "us";
        settings[prefix + "ClientSecret"] = OddProvider.Secret;
        foreach (var (key, value) in more) settings[prefix + key] = value;
    }
}
