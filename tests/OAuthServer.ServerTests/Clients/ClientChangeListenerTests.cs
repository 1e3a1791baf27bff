using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients;

/// <summary>What ends the listening for changed clients.</summary>
public sealed class ClientChangeListenerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failure_that_no_database_brings_about_ends_it_and_is_not_tried_again()
    {
        await using var database = await TestDatabase.CreateAsync();
        var cache = Options.Create(new ClientCacheOptions());
        var clients = new OAuthServer.Storage.Clients(database.Contexts);
        using var resources = new ResourceDirectory(
            new Resources(database.Contexts), Apis.Server, cache, TimeProvider.System);
        var directory = new ClientDirectory(clients, resources, cache, TimeProvider.System);
        directory.Dispose();
        using var listener = new ClientChangeListener(
            new DatabaseAccess(Options.Create(new DatabaseOptions { ConnectionString = database.ConnectionString })),
            clients, [directory], cache, TimeProvider.System, NullLogger<ClientChangeListener>.Instance);

        await listener.StartAsync(Ct);

        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => listener.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }
}
