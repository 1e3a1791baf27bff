using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>
/// Two instances on one database, with one clock that the test moves, and people whom a test makes for itself.
/// </summary>
public class FactorServers : IAsyncLifetime
{
    private int _people;

    // Not in the past: the database has a clock of its own.
    public FakeTimeProvider Clock { get; } = new(
        DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));

    public TestServer First { get; private set; } = null!;

    public TestServer Second { get; private set; } = null!;

    public TestDatabase Database => First.Database;

    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    public virtual async ValueTask InitializeAsync()
    {
        First = await StartAsync(null);
        Second = await StartAsync(First.Database);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Second.DisposeAsync();
        await First.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Somebody new, with the password that all people of tests have.</summary>
    public async Task<FactorPerson> PersonAsync(params string[] scopes)
    {
        var email = $"person{Interlocked.Increment(ref _people)}@example.com";
        var id = await Database.ScalarAsync<Guid>("""
            INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash)
            SELECT $1, upper($1), $1, upper($1), true, password_hash FROM accounts WHERE email = 'alice@example.com'
                RETURNING id
            """, email);
        return new FactorPerson(this, id, email);
    }

    /// <summary>The same address on the other instance.</summary>
    public string OnSecond(string path) => new Uri(Second.Address, path).AbsoluteUri;

    private Task<TestServer> StartAsync(TestDatabase? database) => TestServer.StartAsync(new()
    {
        Database = database,
        Settings = Settings,
        Services = services => services.AddSingleton<TimeProvider>(Clock),
    });
}

/// <summary>The same where everyone needs a second factor.</summary>
public sealed class FactorsForEveryone : FactorServers
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["SecondFactor:Required"] = "Everyone" };
}

/// <summary>The same where nobody may add one.</summary>
public sealed class FactorsForNobody : FactorServers
{
    protected override IReadOnlyDictionary<string, string?> Settings =>
        new Dictionary<string, string?> { ["SecondFactor:Enrollment"] = "false" };
}
