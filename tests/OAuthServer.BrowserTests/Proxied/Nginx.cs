using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Testing;

namespace OAuthServer.BrowserTests.Proxied;

/// <summary>
/// nginx of this machine with <c>docs/nginx.conf</c>, where names, addresses, ports and paths alone are replaced.
/// </summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] Usual =
    [
        .. (Environment.GetEnvironmentVariable("PATH")
            ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/usr/local/sbin",
        "/usr/local/bin",
        "/opt/homebrew/bin",
    ];

    private readonly DirectoryInfo _folder;
    private readonly Process _process;
    private readonly X509Certificate2 _certificate;

    private Nginx(DirectoryInfo folder, Process process, X509Certificate2 certificate, int port)
    {
        (_folder, _process, _certificate, Port) = (folder, process, certificate, port);
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}"));
    }

    /// <summary>Where nginx is; null when there is none.</summary>
    public static string? Binary { get; } = Usual.Select(folder => Path.Combine(folder, "nginx"))
        .FirstOrDefault(File.Exists);

    /// <summary>Where people and apps go.</summary>
    public Uri Address { get; }

    public int Port { get; }

    /// <summary>Starts nginx in front of instances on these ports of this machine and waits until it listens.</summary>
    public static async Task<Nginx> StartAsync(int port, int first, int second)
    {
        var folder = Directory.CreateTempSubdirectory("oauthserver-nginx-");
        var certificate = TestCertificate.Create(folder.FullName);
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "site.conf"), await SiteAsync(folder.FullName, port, first, second));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "nginx.conf"), Around(folder.FullName));
        var start = new ProcessStartInfo(
            Binary!,
            ["-p", folder.FullName, "-c", Path.Combine(folder.FullName, "nginx.conf")])
        {
            RedirectStandardError = true,
        };
        var nginx = new Nginx(folder, Process.Start(start)!, certificate, port);
        try
        {
            await Eventually.BecomesTrue(
                async () => nginx._process.HasExited || await nginx.ListensAsync(), Patience, "nginx listens");
            if (nginx._process.HasExited)
                throw new InvalidOperationException(
                    $"nginx ended: {await nginx._process.StandardError.ReadToEndAsync()}");
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// A client that comes from this address of the loopback network, trusts nginx's certificate alone, and keeps no
    /// cookies.
    /// </summary>
    public HttpMessageHandler HandlerFrom(IPAddress from) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (_, ct) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown?.GetCertHashString() == _certificate.GetCertHashString(),
        },
    };

    /// <summary>Everything that nginx has logged.</summary>
    public async Task<string> LogsAsync()
    {
        var texts = await Task.WhenAll(_folder.EnumerateFiles("*.log").Select(async file =>
        {
            await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync();
        }));
        return string.Join('\n', texts);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // Its workers end with it only when it is told, not when it is killed.
            using (var kill = Process.Start("sh", ["-c", $"kill -TERM {_process.Id}"])) await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(limit.Token);
        }

        _process.Dispose();
        _certificate.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>The documented file; each name that is ours in a test must be in it.</summary>
    private static async Task<string> SiteAsync(string folder, int port, int first, int second)
    {
        var site = await File.ReadAllTextAsync(Checkout.File("docs", "nginx.conf"));
        (string Documented, FormattableString Ours)[] names =
        [
            ("listen 443 ssl", $"listen 127.0.0.1:{port} ssl"),
            ("server_name login.example.com", $"server_name localhost"),
            ("/etc/ssl/login.example.com.", $"{folder}/tls."),
            ("/var/log/nginx/", $"{folder}/"),
            ("server 10.0.0.11:8080", $"server 127.0.0.1:{first}"),
            ("server 10.0.0.12:8080", $"server 127.0.0.1:{second}"),
        ];
        foreach (var (documented, ours) in names)
        {
            Assert.Contains(documented, site, StringComparison.Ordinal);
            site = site.Replace(documented, FormattableString.Invariant(ours), StringComparison.Ordinal);
        }

        return site;
    }

    // What a distribution's nginx.conf does around the file, in a folder of our own.
    private static string Around(string folder) => $$"""
        daemon off;
        worker_processes 2;
        {{(Environment.UserName == "root" ? "user root;" : "")}}
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/main.log warn;
        events { worker_connections 512; }
        http {
            client_body_temp_path {{folder}}/body;
            proxy_temp_path {{folder}}/proxy;
            fastcgi_temp_path {{folder}}/fastcgi;
            uwsgi_temp_path {{folder}}/uwsgi;
            scgi_temp_path {{folder}}/scgi;
            access_log off;
            include {{folder}}/site.conf;
        }
        """;

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
