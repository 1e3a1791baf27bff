using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary>One server for the tests of a class, and commands on its database with its issuer.</summary>
public sealed class AccountsServer : IAsyncLifetime
{
    public TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(new() { FullHashCost = true });

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    internal static CommandLine On(TestServer server) => new()
    {
        Settings =
        {
            ["ConnectionStrings:OAuthServer"] = server.Database.ConnectionString,
            ["OAuth:Issuer"] = TestServer.Issuer,
        },
    };
}
