using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Storage;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Endpoints.Refusals;

/// <summary>
/// Servers that can be brought to refuse for every reason, and Alice's browser, in which she is signed in.
/// </summary>
public sealed class RefusalStage : OwnServer
{
    public const string Credentials = "&client_id=" + TestData.Web + "&client_secret=demo-web-secret";

    private readonly List<string> _secrets =
    [
        TestData.Secret, TestData.Password, AuthorizationAsk.Verifier, AuthorizationAsk.Challenge,
    ];
    private readonly List<TestServer> _more = [];
    private readonly List<CollectedMetrics> _metrics = [];
    private int _people;

    public RefusalEvents Log { get; } = new();

    public TestBrowser Alice { get; private set; } = null!;

    /// <summary>All that was issued or typed here.</summary>
    public IReadOnlyList<string> Secrets => _secrets;

    // Enforces devices, knows no retry window, and revokes no access tokens.
    protected override TestServerOptions Options => OptionsOf(new()
    {
        ["OAuth:DeviceBinding"] = "Enforce",
        ["OAuth:RefreshRetryWindow"] = "00:00:00",
        ["OAuth:AccessTokenRevocation"] = "false",
    });

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (!IsRun) return;
        _metrics.Add(new(Server));
        await Server.AddApiAsync(ResourceServer.Files, """{"files:read": "See your files"}""", TestData.Web);
        await Server.AddApiAsync(ResourceServer.Mail, """{"mail.read": "Read your mail"}""", TestData.Web);
        await Server.AddApiAsync(ResourceServer.Closed, """{"closed": "See what is closed"}""");
        Alice = new TestBrowser(Server);
        await Alice.SignInAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        Alice?.Dispose();
        foreach (var metrics in _metrics) metrics.Dispose();
        foreach (var server in _more) await server.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>How many refusals of a kind the servers have counted.</summary>
    public int Counted(string endpoint, string error, string reason) => _metrics.SelectMany(metrics => metrics.All)
        .Count(measured => measured.Instrument == "oauth.server.requests"
            && new[] { $"oauth.endpoint={endpoint}", $"oauth.error={error}", $"oauth.reason={reason}" }
                .All(measured.Tags.Split(' ').Contains));

    /// <summary>Another server, on the same database unless it is to be broken.</summary>
    public async Task<TestServer> AnotherAsync(Dictionary<string, string?> settings, bool ownDatabase = false)
    {
        var server = await StartAsync(settings, ownDatabase ? null : Server.Database);
        _more.Add(server);
        return server;
    }

    /// <summary>One whose keys are gone.</summary>
    public async Task<TestServer> KeylessAsync()
    {
        var server = await AnotherAsync([]);
        RingOf(server.Services.GetRequiredService<KeyRing>()) = null;
        return server;
    }

    /// <summary>One whose key does not sign.</summary>
    public async Task<TestServer> UnsigningAsync()
    {
        var server = await AnotherAsync([]);
        server.Services.GetRequiredService<KeyRing>().Current!.Signing.Dispose();
        return server;
    }

    /// <summary>One with a bug: whoever asks for a refresh token meets it.</summary>
    public async Task<TestServer> BuggyAsync()
    {
        var options = OptionsOf([], Server.Database);
        var server = await TestServer.StartAsync(options with
        {
            Services = services =>
            {
                options.Services?.Invoke(services);
                services.AddSingleton(new RefreshTokens(new NoContexts()));
            },
        });
        _metrics.Add(new(server));
        _more.Add(server);
        return server;
    }

    /// <summary>One whose database fails whenever a table is written.</summary>
    public async Task<TestServer> FailingAsync(string table, string sqlState)
    {
        var server = await AnotherAsync([], ownDatabase: true);
        await server.Database.ExecuteAsync(
            $"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'failed' USING "
                + $"ERRCODE = '{sqlState}'; END $$");
        await server.Database.ExecuteAsync(
            $"CREATE TRIGGER fail BEFORE UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fail()");
        return server;
    }

    public async Task<string> CodeAsync(AuthorizationAsk? ask = null, TestBrowser? browser = null)
    {
        var answer = await (browser ?? Alice).AuthorizeAsync(ask ?? new AuthorizationAsk());
        return Keep(answer.Code ?? throw new InvalidOperationException(answer.Location));
    }

    /// <summary>A code of a client that need not use PKCE, without a challenge.</summary>
    public Task<string> UnboundCodeAsync() =>
        CodeAsync(AuthorizationAsk.For(TestData.Legacy, TestData.LegacyRedirectUri)
            .With("code_challenge", null)
            .With("code_challenge_method", null));

    public async Task<string> RefreshTokenAsync(AuthorizationAsk? ask = null, string rest = "")
    {
        var body = $"grant_type=authorization_code&code={await CodeAsync(ask)}"
            + $"&code_verifier={AuthorizationAsk.Verifier}{rest}{Credentials}";
        var reply = await Server.PostRawAsync("/oauth/token", body);
        Keep(reply.AccessToken!);
        return Keep(reply.RefreshToken!);
    }

    /// <summary>Posts to the main server.</summary>
    public Task<RefusedAnswer> PostAsync(string path, string body, params (string Name, string Value)[] headers) =>
        PostAsync(Server, path, body, headers);

    public static async Task<RefusedAnswer> PostAsync(
        TestServer server, string path, string body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation(
            "Content-Type",
            headers.FirstOrDefault(header => header.Name == "Content-Type").Value
                ?? "application/x-www-form-urlencoded");
        foreach (var (name, value) in headers.Where(header => header.Name != "Content-Type"))
            request.Headers.TryAddWithoutValidation(name, value);
        return await RefusedAnswer.ReadAsync(await server.Http.SendAsync(request));
    }

    /// <summary>Sends bytes that no HTTP client would.</summary>
    /// <param name="target">Method and target.</param>
    /// <param name="rest">More header lines, an empty one, and the body.</param>
    public Task<RefusedAnswer> SendRawAsync(string target, string rest) => Task.Run(() =>
    {
        using var connection = new RawConnection(Server.Address);
        return RefusedAnswer.Of(
            connection.Send(
                Encoding.ASCII.GetBytes($"{target} HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: https\r\n{rest}")));
    });

    /// <summary>Redeems a code with whatever follows.</summary>
    public Task<RefusedAnswer> RedeemAsync(string code, string rest = "&code_verifier=" + AuthorizationAsk.Verifier
        + Credentials) =>
        PostAsync("/oauth/token", $"grant_type=authorization_code&code={code}{rest}");

    public Task<RefusedAnswer> RefreshAsync(
        string token, string rest = Credentials, params (string Name, string Value)[] headers) =>
        PostAsync("/oauth/refresh", $"refresh_token={token}{rest}", headers);

    /// <summary>An authorization request of somebody who is not signed in.</summary>
    public async Task<RefusedAnswer> AskAsync(AuthorizationAsk ask) =>
        await RefusedAnswer.ReadAsync(await Server.Http.GetAsync(new Uri(ask.Path, UriKind.Relative)));

    public async Task<RefusedAnswer> GetAsync(string path) =>
        await RefusedAnswer.ReadAsync(await Server.Http.GetAsync(new Uri(path, UriKind.Relative)));

    /// <summary>A person with Alice's password and an own e-mail address.</summary>
    public async Task<(Guid Id, string Email)> AddPersonAsync()
    {
        var (id, email) = (Guid.NewGuid(), $"person-{++_people}@example.com");
        await Server.Database.ExecuteAsync(
            """
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash, security_stamp)
            SELECT $1, $2, upper($2), $2, upper($2), true, password_hash, 'STAMP' FROM accounts WHERE id = $3
            """,
            id, email, TestData.AliceId);
        return (id, email);
    }

    /// <summary>Types a password into a new browser.</summary>
    public async Task<RefusedAnswer> SignInAsync(string email, string password, TestServer? server = null)
    {
        using var browser = new TestBrowser(server ?? Server);
        return await RefusedAnswer.ReadAsync(
            await browser.TypePasswordAsync(await browser.GetAsync("/account/sign-in"), email, Keep(password)));
    }

    /// <summary>Asks for a mail, in a browser in which nobody is signed in.</summary>
    public async Task<RefusedAnswer> AskForMailAsync(string email, TestServer? server = null)
    {
        using var browser = new TestBrowser(server ?? Server);
        return await RefusedAnswer.ReadAsync(await MailedServer.AskAsync(browser, "/account/forgot", email));
    }

    /// <summary>Changes a password in a browser.</summary>
    public async Task<RefusedAnswer> ChangePasswordAsync(
        TestBrowser browser, string current, string chosen, string repeated)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/password"), "/account/password");
        (form.Fields["current"], form.Fields["new"], form.Fields["repeat"]) = (
            Keep(current), Keep(chosen), Keep(repeated));
        return await RefusedAnswer.ReadAsync(await browser.PostAsync(form.Action, form.Fields));
    }

    private TestServerOptions OptionsOf(Dictionary<string, string?> settings, TestDatabase? database = null) => new()
    {
        Database = database,
        Settings = new Dictionary<string, string?>(settings)
        {
            ["Serilog:MinimumLevel:Default"] = "Information",
            ["Serilog:MinimumLevel:Override:OAuthServer.Audit"] = "Debug",
        },
        Services = services => services.AddSingleton<ILogEventSink>(Log),
    };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_current")]
    private static extern ref KeyRingSnapshot? RingOf(KeyRing ring);

    private async Task<TestServer> StartAsync(Dictionary<string, string?> settings, TestDatabase? database = null)
    {
        var server = await TestServer.StartAsync(OptionsOf(settings, database));
        _metrics.Add(new(server));
        return server;
    }

    private sealed class NoContexts : IDbContextFactory<OAuthDbContext>
    {
        public OAuthDbContext CreateDbContext() => throw new InvalidOperationException("a bug");
    }

    /// <summary>Remembers what no log and no answer may hold.</summary>
    public string Keep(string secret)
    {
        // What is too short is found everywhere.
        if (secret.Length > 8) _secrets.Add(secret);
        return secret;
    }
}
