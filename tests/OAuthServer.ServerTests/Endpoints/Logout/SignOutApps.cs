using System.Collections.Concurrent;
using System.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using OAuthServer.Accounts.BackChannel;
using OAuthServer.ServerTests.Clients.Assertions;
using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Logout;

/// <summary>
/// A server that looks ten times a second for what apps are to be told, and the apps: their receivers stand on one
/// https host on this machine, each at a path of its own.
/// </summary>
public sealed class SignOutApps : OwnServer
{
    public const string AfterLogout = "https://rp.example/bye";

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _posts = new(StringComparer.Ordinal);
    private KeyHost? _host;

    /// <summary>How long anything of the background may take on a busy machine.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    internal KeyHost Host => _host!;

    protected override TestServerOptions Options => Usual();

    public override async ValueTask InitializeAsync()
    {
        _host = await KeyHost.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_host is not null) await _host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another instance on the same database.</summary>
    public Task<TestServer> StartAsync(params (string Key, string Value)[] settings)
    {
        var usual = Usual();
        var all = usual.Settings.ToDictionary();
        foreach (var (key, value) in settings) all[key] = value;
        return TestServer.StartAsync(usual with { Database = Database, Settings = all });
    }

    /// <summary>Registers an app of OpenID Connect, with a receiver.</summary>
    /// <param name="id">Its client id, and the path of its receiver.</param>
    /// <param name="answer">What the receiver answers; 200 unless said otherwise.</param>
    public async Task AddAppAsync(string id, RequestDelegate? answer = null)
    {
        await Database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes,
                backchannel_logout_uri, post_logout_redirect_uris)
            VALUES ($1, $2, 'App ' || $1, ARRAY[$3], '{openid,offline_access,read,write}', $4, ARRAY[$5])
            """,
            id, TestData.SecretHash, OpenIdAsks.RedirectUri, Host.Https("/" + id), AfterLogout);
        Answer(id, answer ?? (_ => Task.CompletedTask));
    }

    /// <summary>Lets a receiver answer otherwise from now on; what it is sent is kept all the same.</summary>
    public void Answer(string id, RequestDelegate answer) => Host.Answer("/" + id, async http =>
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        _posts.GetOrAdd(id, _ => new()).Enqueue($"{http.Request.Method} {http.Request.ContentType} {body}");
        await answer(http);
    });

    /// <summary>What an app was sent, whole.</summary>
    public IReadOnlyList<string> Posts(string id) => [.. _posts.GetOrAdd(id, _ => new())];

    /// <summary>The logout tokens that an app was sent.</summary>
    public IReadOnlyList<JsonWebToken> Told(string id) => [.. Posts(id).Select(post => new JsonWebToken(Token(post)))];

    /// <summary>The logout token of a post.</summary>
    public static string Token(string post) => HttpUtility.ParseQueryString(post.Split(' ')[2])["logout_token"]!;

    /// <summary>Waits until an app was sent so many tokens.</summary>
    public async Task<IReadOnlyList<JsonWebToken>> WaitForAsync(string id, int count = 1)
    {
        await Eventually.BecomesTrue(
            () => Task.FromResult(Posts(id).Count >= count),
            Patience,
            $"{id} is told {count} times, and not {Posts(id).Count}");
        return Told(id);
    }

    /// <summary>Waits until nothing is left to be told.</summary>
    public Task WaitForAllAsync() => Eventually.BecomesTrue(
        async () => await Database.ScalarAsync<long>("SELECT count(*) FROM oauth_logout_notices WHERE done_at IS NULL")
            == 0, Patience, "every app was told");

    /// <summary>A person of their own, so that no test ends another's sessions.</summary>
    public async Task<(Guid Id, string Email)> AddPersonAsync()
    {
        var id = Guid.NewGuid();
        var email = $"p-{id:N}@example.com";
        await Database.ExecuteAsync("""
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash)
            SELECT $1, $2, upper($2), $2, upper($2), true, password_hash FROM accounts WHERE id = $3
            """, id, email, TestData.AliceId);
        return (id, email);
    }

    /// <summary>A browser in which a person is signed in.</summary>
    public async Task<TestBrowser> SignInAsync(string email, TestServer? server = null)
    {
        var browser = new TestBrowser(server ?? Server);
        await browser.SignInAsync(email);
        return browser;
    }

    /// <summary>Signs in to an app, in a browser that has a session.</summary>
    internal Task<Reply> OpenAsync(
        TestBrowser browser, string app, string scope = "openid read", TestServer? server = null) =>
        browser.TokensAsync(server ?? Server, Ask(app, scope), app);

    /// <summary>A request for these scopes; offline access is for who is asked (OpenID Connect Core §11).</summary>
    public static AuthorizationAsk Ask(string app, string scope) =>
        OpenIdAsks.For(scope, app)
            .With("prompt", scope.Contains("offline_access", StringComparison.Ordinal) ? "consent" : null);

    private TestServerOptions Usual() => new()
    {
        Settings = new Dictionary<string, string?>
        {
            ["BackChannelLogout:PollInterval"] = "00:00:00.1",
            ["BackChannelLogout:ExpiryInterval"] = "00:00:00.2",
            ["BackChannelLogout:FirstPause"] = "00:00:00.2",
            ["BackChannelLogout:RequestTimeout"] = "00:00:02",
            ["BackChannelLogout:AllowedHosts:0"] = "localhost",
        },
        Services = services => _host!.TrustedBy(services, LogoutCourier.HttpClientName),
    };
}
