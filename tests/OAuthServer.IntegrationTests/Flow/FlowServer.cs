using OAuthServer.Testing;

namespace OAuthServer.IntegrationTests.Flow;

/// <summary>A server, and a browser in which Alice is signed in and has agreed to the web client: a code is one request away.</summary>
public sealed class FlowServer : IAsyncLifetime
{
    private TestServer? _server;
    private TestServer? _second;
    private TestBrowser? _browser;

    public TestServer Server => _server!;

    /// <summary>A second instance on the same database.</summary>
    public async Task<TestServer> SecondAsync() => _second ??= await TestServer.StartAsync(new() { Database = Database });

    public TestBrowser Browser => _browser!;

    public TestDatabase Database => Server.Database;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _browser = new TestBrowser(_server);
        await _browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"));
    }

    public async Task<string> CodeAsync(AuthorizationAsk? ask = null) =>
        (await Browser.AuthorizeAsync(ask ?? new AuthorizationAsk())).Code ?? throw new InvalidOperationException("The flow gave no code.");

    public async Task<Reply> TokensAsync(AuthorizationAsk? ask = null)
    {
        var reply = await Server.RedeemAsync(await CodeAsync(ask));
        return reply.AccessToken is not null ? reply : throw new InvalidOperationException($"The code bought no tokens: {reply.Body}");
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        if (_second is not null) await _second.DisposeAsync();
        await Server.DisposeAsync();
    }
}
