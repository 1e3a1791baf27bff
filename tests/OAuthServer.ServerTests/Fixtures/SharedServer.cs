using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// The usual server, for all classes that are content with it: started once, asked by one class after the other. A test
/// leaves people, their consents and the clients of the seed as they were.
/// </summary>
public sealed class SharedServer : SignedInServer
{
    public const string Name = "shared server";

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

    /// <summary>One step of the signed-in browser: what the authorization endpoint says to this request.</summary>
    public Task<HttpResponseMessage> OpenAsync(AuthorizationAsk ask) => Browser.GetAsync(ask.Path);

    /// <summary>The whole way to the client.</summary>
    public Task<AuthorizationAnswer> AuthorizeAsync(AuthorizationAsk? ask = null) =>
        Browser.AuthorizeAsync(ask ?? new AuthorizationAsk());
}

/// <summary>The classes that share it.</summary>
[CollectionDefinition(SharedServer.Name)]
public sealed class SharesServer : ICollectionFixture<SharedServer>;
