using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// A server for one test class, and a browser in which Alice is signed in and has agreed to the web client: a code is
/// one request away.
/// </summary>
public class SignedInServer : OwnServer
{
    private TestBrowser? _browser;
    private TestServer? _second;

    public TestBrowser Browser =>
        _browser ?? throw new InvalidOperationException($"There is no browser for {Server.Address}.");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (!IsRun) return;
        _browser = new TestBrowser(Server);
        await _browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"));
    }

    /// <summary>A second instance on the same database.</summary>
    public async Task<TestServer> SecondAsync() =>
        _second ??= await TestServer.StartAsync(new() { Database = Database });

    /// <summary>A fresh code, for <see cref="TestData.Web"/> unless said otherwise.</summary>
    public async Task<string> CodeAsync(AuthorizationAsk? ask = null) =>
        (await Browser.AuthorizeAsync(ask ?? new AuthorizationAsk())).Code
            ?? throw new InvalidOperationException("The flow gave no code.");

    /// <summary>Fresh tokens, in the form that every row asks for.</summary>
    public async Task<Reply> TokensAsync(AuthorizationAsk? ask = null, string clientId = TestData.Web) =>
        (await Server.RedeemAsync(await CodeAsync(ask), clientId)).IsTokens();

    /// <summary>Registers a confidential client like the web client, for tests that change it.</summary>
    public Task AddClientAsync(string clientId) => Database.ExecuteAsync(
        "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes) "
            + "VALUES ($1, $2, 'Added', '{https://c.example/cb}', '{read,write}', '{read}')",
        clientId, TestData.SecretHash);

    public override async ValueTask DisposeAsync()
    {
        _browser?.Dispose();
        if (_second is not null) await _second.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
