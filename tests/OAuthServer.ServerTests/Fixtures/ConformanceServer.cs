using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A server with the clients that the rows speak of, and the browser of a person who is signed in and has agreed before.</summary>
public sealed class ConformanceServer : IAsyncLifetime
{
    /// <summary>Registered with a query in its redirect URI.</summary>
    public const string QueryClient = "query-web";

    public const string QueryRedirectUri = "https://c.example/cb?a=1%20b";

    /// <summary>Has a redirect URI, and no grant that could use it.</summary>
    public const string NoCodesClient = "no-codes";

    /// <summary>Switched off by its operator.</summary>
    public const string DisabledClient = "disabled-web";

    public const string DisabledRedirectUri = "https://disabled.example/cb";

    /// <summary>Native, with <c>http://localhost/cb</c> alone.</summary>
    public const string LocalhostClient = "localhost-native";

    /// <summary>A web client on a loopback address: no leniency for it.</summary>
    public const string LoopbackWeb = "loopback-web";

    /// <summary>May have the scope read alone.</summary>
    public const string ReaderClient = "reader-web";

    public const string ReaderRedirectUri = "https://reader.example/cb";

    public TestServer Server { get; private set; } = null!;

    public TestBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync();
        Browser = new TestBrowser(Server);
        await Browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"));
    }

    /// <summary>One step of the signed-in browser: what the authorization endpoint says to this request.</summary>
    public Task<HttpResponseMessage> OpenAsync(AuthorizationAsk ask) => Browser.GetAsync(ask.Path);

    /// <summary>The whole way to the client.</summary>
    public Task<AuthorizationAnswer> AuthorizeAsync(AuthorizationAsk? ask = null) => Browser.AuthorizeAsync(ask ?? new AuthorizationAsk());

    /// <summary>A fresh code for <see cref="TestData.Web"/>.</summary>
    public async Task<string> CodeAsync(AuthorizationAsk? ask = null) => (await AuthorizeAsync(ask)).Code!;

    public async ValueTask DisposeAsync()
    {
        Browser?.Dispose();
        if (Server is not null) await Server.DisposeAsync();
    }
}
