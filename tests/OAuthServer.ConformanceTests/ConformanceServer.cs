using OAuthServer.Testing;

namespace OAuthServer.ConformanceTests;

/// <summary>A server with the clients that the rows speak of, and the browser of a person who is signed in and has agreed before.</summary>
public sealed class ConformanceServer : IAsyncLifetime
{
    /// <summary>Registered with a query in its redirect URI.</summary>
    public const string QueryClient = "query-web";

    public const string QueryRedirectUri = "https://c.example/cb?a=1%20b";

    /// <summary>Has a redirect URI, and no grant that could use it.</summary>
    public const string CredentialsClient = "credentials-only";

    public const string CredentialsRedirectUri = "https://machine.example/cb";

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

    private const string Clients = """
        INSERT INTO oauth_clients (client_id, client_secret, client_name, application_type, redirect_uris, scopes, default_scopes, grant_types, disabled_at) VALUES
            ('query-web', $1, 'Query Web', 'web', '{https://c.example/cb?a=1%20b}', '{read}', '{read}', '{authorization_code,refresh_token}', NULL),
            ('credentials-only', $1, 'Machine', 'web', '{https://machine.example/cb}', '{read}', '{read}', '{client_credentials}', NULL),
            ('disabled-web', $1, 'Disabled Web', 'web', '{https://disabled.example/cb}', '{read}', '{read}', '{authorization_code}', now()),
            ('localhost-native', NULL, 'Localhost', 'native', '{http://localhost/cb}', '{read}', '{read}', '{authorization_code}', NULL),
            ('loopback-web', $1, 'Loopback Web', 'web', '{http://127.0.0.1/cb}', '{read}', '{read}', '{authorization_code}', NULL),
            ('reader-web', $1, 'Reader', 'web', '{https://reader.example/cb}', '{read}', '{read}', '{authorization_code}', NULL)
        """;

    public TestServer Server { get; private set; } = null!;

    public TestBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await TestServer.StartAsync();
        await Server.Database.ExecuteAsync(Clients, TestData.SecretHash);
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
