namespace OAuthServer.Testing;

/// <summary>A server, and a browser in which Alice is signed in and has agreed to the web client: a code is one request away.</summary>
public abstract class SignedInServer : IAsyncDisposable
{
    private TestServer? _server;
    private TestBrowser? _browser;

    public TestServer Server => _server!;

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

    public virtual async Task<Reply> TokensAsync(AuthorizationAsk? ask = null, string clientId = TestData.Web)
    {
        var reply = await Server.RedeemAsync(await CodeAsync(ask), clientId);
        return reply.AccessToken is not null ? reply : throw new InvalidOperationException($"The code bought no tokens: {reply.Body}");
    }

    public virtual async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
