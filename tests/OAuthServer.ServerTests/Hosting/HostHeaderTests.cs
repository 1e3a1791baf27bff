using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.ServerTests.Endpoints.Generated;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>
/// Whatever a request says of its host, scheme, port, path or sender, every route answers it byte for byte as it would
/// have without, when it goes well and when it is refused (RFC 9700 §4.13). A trusted proxy tells address and scheme.
/// </summary>
public sealed class HostHeaderTests
{
    private const string Sender = "203.0.113.9";
    private const string PlainLines = "Host: as.example.test\r\n";
    private const string AbsoluteForm = "absolute form";

    private static readonly string[] Unrelated =
    [
        "Host: evil.example",
        Lines("Host: evil.example:8443", "X-Forwarded-Host: evil.example"),
        "X-Forwarded-Host: evil.example, evil.example",
        $"Forwarded: for={Sender};proto=http;host=evil.example;by=evil.example",
        $"X-Forwarded-For: {Sender}",
        Lines(
            "X-Forwarded-Prefix: /evil", "X-Forwarded-PathBase: /evil", "X-Forwarded-Path: /evil",
            "X-Script-Name: /evil"),
        Lines(
            "X-Forwarded-Port: 666", "X-Forwarded-Ssl: off", "Front-End-Https: off", "X-Forwarded-Scheme: http",
            "X-Url-Scheme: http"),
        Lines("X-Original-URL: /evil", "X-Rewrite-URL: /evil", "X-Original-URI: /evil"),
        Lines(
            "X-Host: evil.example", "X-Original-Host: evil.example", "X-HTTP-Host-Override: evil.example",
            "X-Forwarded-Server: evil.example", "X-HTTP-Method-Override: DELETE"),
        Lines(
            $"X-Original-For: {Sender}", "X-Original-Proto: http", $"X-Real-IP: {Sender}", $"True-Client-IP: {Sender}",
            $"CF-Connecting-IP: {Sender}", $"X-Client-IP: {Sender}", "Via: 1.1 evil.example"),
        AbsoluteForm,
    ];

    private static readonly string[] Scheme =
    [
        "X-Forwarded-Proto: http",
        "X-Forwarded-Proto: gopher",
        Lines(
            $"X-Forwarded-For: {Sender}", "X-Forwarded-Proto: http", "X-Forwarded-Host: evil.example",
            "X-Forwarded-Prefix: /evil"),
    ];

    [Fact, Row("META-09")]
    public async Task A_stranger_over_TLS_changes_no_byte_of_any_answer()
    {
        await using var trusted = await StartAsync();
        using var certificate = Certificate();
        await using var server = await StrangersAsync(trusted, certificate);
        var address = Address(server, Uri.UriSchemeHttps);
        Compare(trusted, server, address, PlainLines, [.. Unrelated, .. Scheme], certificate);
        Assert.Equal(0, await RowsWithSenderAsync(server));
    }

    [Fact, Row("META-09")]
    public async Task A_stranger_without_TLS_changes_no_byte_of_any_answer()
    {
        await using var trusted = await StartAsync();
        using var certificate = Certificate();
        await using var server = await StrangersAsync(trusted, certificate);
        var address = Address(server, Uri.UriSchemeHttp);
        Compare(trusted, server, address, PlainLines, [.. Unrelated, .. Scheme, "X-Forwarded-Proto: https"], null);
    }

    [Fact, Row("META-09")]
    public async Task A_trusted_proxy_tells_the_address_and_nothing_else_of_it_is_in_an_answer()
    {
        await using var trusted = await StartAsync();
        Compare(trusted, trusted.Server, trusted.Server.Address, HostileCase.ProxyLines, Unrelated, null);
        Assert.NotEqual(0, await RowsWithSenderAsync(trusted.Server));
    }

    [Fact, Row("META-09")]
    public async Task A_trusted_proxy_tells_the_scheme_and_nothing_else_of_it_is_in_an_answer()
    {
        await using var trusted = await StartAsync();
        const string plain = PlainLines + "X-Forwarded-Proto: http\r\n";
        Compare(trusted, trusted.Server, trusted.Server.Address, plain, Unrelated, null);
    }

    private static async Task<HostileServer> StartAsync()
    {
        var server = new HostileServer();
        await server.InitializeAsync();
        return server;
    }

    // Over the same database, so that sessions, codes and forms of the other server are good here; its proxy is
    // elsewhere.
    private static Task<TestServer> StrangersAsync(HostileServer other, X509Certificate2 certificate) =>
        TestServer.StartAsync(new()
        {
            Database = other.Server.Database,
            Settings = new Dictionary<string, string?>
            {
                ["urls"] = "http://127.0.0.1:0;https://127.0.0.1:0",
                ["ForwardedHeaders:KnownProxies:0"] = "10.0.0.7",
                ["Serilog:MinimumLevel:Default"] = "Error",
            }.Concat(HostileServer.Provider).ToDictionary(),
            Services = services => services.AddSingleton<TimeProvider>(new HurriedTime())
                .Configure<KestrelServerOptions>(
                    kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate)),
        });

    private static Task<long> RowsWithSenderAsync(TestServer server) => server.Database.ScalarAsync<long>(
        "SELECT count(*) FROM oauth_audit_events a WHERE to_jsonb(a)::text LIKE '%' || $1 || '%'", Sender);

    private static string Lines(params string[] lines) => string.Join("\r\n", lines);

    private static Uri Address(TestServer server, string scheme) =>
        server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses
            .Select(address => new Uri(address)).Single(address => address.Scheme == scheme);

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var now = TimeProvider.System.GetUtcNow();
        var request = new CertificateRequest(
            "CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    // Routes that only read come first, before revocations and the like change what there is to read.
    private static void Compare(
        HostileServer source,
        TestServer server,
        Uri address,
        string plain,
        string[] hostile,
        X509Certificate2? certificate)
    {
        var endpoints = source.Endpoints.OrderBy(e => e.Headers.Count + (e.Method == "POST" ? 1 : 0)).ToList();
        Assert.Equal(ServerRoutes.Of(server).Order(), endpoints.Select(e => e.ToString()).Distinct().Order());
        var secure = certificate is not null || plain == HostileCase.ProxyLines;
        using var connection = new RawConnection(address, certificate);
        // At every parameter that is spoilt some of it, in turn: the next one gets what comes after.
        var (turn, some) = (0, Math.Min(hostile.Length, Effort.Cases(1)));
        foreach (var endpoint in endpoints)
        {
            var nothing = new Spoiler(Way.Absent, [], 1, false);
            var right = new Target(endpoint, "Accept", null);
            // Each of these spends a code, a form or a token of its own.
            var answered = CompareAll(
                endpoint, pick => new HostileCase(right, nothing, nothing, pick), HostileServer.Codes);
            Assert.True(
                secure == (answered is 200 or 201 or 303) || AnswersBoth(endpoint) || HasNothing(endpoint, answered),
                $"{endpoint} {answered}");
            var evil = new Spoiler(Way.Instead, "evil"u8.ToArray(), 1, false);
            foreach (var target in Target.All(endpoint).Where(t => t.Second is null && !t.MayHash))
                CompareAll(endpoint, _ => new HostileCase(target, evil, nothing, 0), some + 1);
        }

        int CompareAll(HostileEndpoint endpoint, Func<int, HostileCase> request, int times)
        {
            var first = connection.Send(request(0).ToBytes(plain));
            var expected = SteadyAnswer.Of(first);
            for (var i = 1; i < times; i++)
            {
                var said = hostile[turn++ % hostile.Length];
                var bytes = said == AbsoluteForm
                    ? request(i).ToBytes(With(plain, "Host: evil.example"), "http://evil.example")
                    : request(i).ToBytes(With(plain, said));
                var answer = connection.Send(bytes);
                Assert.Equal($"{endpoint}\n{expected}", $"{endpoint}\n{SteadyAnswer.Of(answer)}");
            }

            return first.Status;
        }
    }

    // No client of the tests has a picture.
    private static bool HasNothing(HostileEndpoint endpoint, int answered) =>
        endpoint.Route == "/account/app-logo" && answered == 404;

    // Two Host lines are no HTTP, and a second X-Forwarded-Proto is another hop: what is said takes the place of the
    // plain line.
    private static string With(string plain, string said)
    {
        var names = said.Split("\r\n").Select(Name).ToHashSet();
        var lines = plain.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return Lines([said, .. lines.Where(line => !names.Contains(Name(line)))]) + "\r\n";
    }

    // Probes come over plain http too, and the passwords sent here are wrong over https too.
    private static bool AnswersBoth(HostileEndpoint endpoint) => endpoint.ToString()
        is "GET /health/live" or "GET /health/ready" or "GET /health/documents"
        or "POST /account/sign-in" or "POST /account/password" or "POST /account/reset" or "POST /account/confirm"
        or "POST /account/email/confirm" or "POST /account/delete"
        or "POST /account/data" or "POST /account/factors/app" or "POST /account/sign-in/factor"
        or "POST /account/passkeys" or "POST /account/passkeys/remove" or "POST /account/passkeys/sign-in"
        or "GET /account/external/github/callback" or "POST /account/logins/remove" or "POST /account/password/remove";

    private static string Name(string line) => line.Split(':')[0];
}
