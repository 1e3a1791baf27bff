using System.Diagnostics;
using System.Globalization;
using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>
/// HAProxy of this machine with <c>docs/haproxy.cfg</c>, where addresses and paths alone are replaced.
/// </summary>
internal sealed class Haproxy : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Haproxy(DirectoryInfo folder, Process process, int port)
    {
        (_folder, _process) = (folder, process);
        // Its certificate is this test's own, and nothing but loopback is between.
        var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        Http = new(handler)
        {
            BaseAddress = new(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{port}")),
        };
    }

    /// <summary>Through it.</summary>
    public HttpClient Http { get; }

    // A failed test where there is none.
    private static string Binary =>
        ((string[])["/usr/sbin/haproxy", "/usr/local/sbin/haproxy", "/opt/homebrew/bin/haproxy"])
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("No HAProxy here. Install it: apt-get install haproxy");

    /// <summary>Starts it in front of two servers and waits until it passes requests on.</summary>
    public static async Task<Haproxy> StartAsync(Uri first, Uri second)
    {
        var folder = Directory.CreateTempSubdirectory("oauthserver-haproxy-");
        using (TestCertificate.Create(folder.FullName))
        {
            var (chain, key) = (Path.Combine(folder.FullName, "tls.pem"), Path.Combine(folder.FullName, "tls.key"));
            await File.AppendAllTextAsync(chain, "\n" + await File.ReadAllTextAsync(key));
        }

        var port = LoopbackPort.Free();
        var file = Path.Combine(folder.FullName, "haproxy.cfg");
        await File.WriteAllTextAsync(file, await ConfigurationAsync(folder.FullName, port, first, second));
        var start = new ProcessStartInfo(Binary, ["-f", file, "-db"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var haproxy = new Haproxy(folder, Process.Start(start)!, port);
        await Eventually.BecomesTrue(haproxy.AnswersAsync, Patience, "HAProxy passes requests on");
        return haproxy;
    }

    /// <summary>The status of a document or page.</summary>
    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var answer = await Http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    /// <summary>Ends it; the answer is all that it logged.</summary>
    public async Task<string> EndAsync()
    {
        _process.Kill();
        return await _process.StandardOutput.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<string> ConfigurationAsync(string folder, int port, Uri first, Uri second)
    {
        var text = await File.ReadAllTextAsync(Checkout.File("docs", "haproxy.cfg"));
        (string Documented, FormattableString Ours)[] names =
        [
            ("bind :443", $"bind 127.0.0.1:{port}"),
            ("/etc/ssl/login.example.com.pem", $"{folder}/tls.pem"),
            ("10.0.0.11:8080", $"{first.Authority}"),
            ("10.0.0.12:8080", $"{second.Authority}"),
        ];
        foreach (var (documented, ours) in names)
        {
            Assert.Contains(documented, text, StringComparison.Ordinal);
            text = text.Replace(documented, FormattableString.Invariant(ours), StringComparison.Ordinal);
        }

        return text;
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException(await _process.StandardError.ReadToEndAsync());
        try
        {
            return await StatusAsync("/.well-known/jwks.json") == HttpStatusCode.OK
                && await StatusAsync("/account/sign-in") == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
