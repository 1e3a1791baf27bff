using System.Globalization;
using System.Net;
using System.Text.Json;
using OAuthServer.Hosting;
using OAuthServer.Settings;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// With <c>--probe</c>: asks for the metadata at the issuer's own address, as a client does, through whatever stands
/// in front. That it answers shows the scheme that the server saw, since one with an https issuer refuses what came as
/// http.
/// </summary>
internal sealed class ProbeCheck(ServerAddress address, HttpMessageInvoker http) : IDoctorCheck
{
    private const int LongestAnswer = 64 * 1024;
    private const int LongestIssuer = 200;

    /// <inheritdoc/>
    public string Name => "probe";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var url = new Uri(IssuerCheck.Metadata(new Uri(address.Issuer), address.Path));
        var report = new CheckReport();
        report.Fact("asked", url.AbsoluteUri);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            using var answer = await http.SendAsync(request, ct);
            report.Fact("answer", Digits(answer.StatusCode));
            Judge(report, answer.StatusCode, Json(await BeginningAsync(answer, ct)));
        }
        catch (Exception outage) when (IsOutage(outage, ct))
        {
            report.Error(
                FindingIds.ProbeUnreachable,
                $"{url} does not answer: {Reason(outage)}",
                "Check the name in DNS, the certificate, the proxy and that an instance runs; or run the doctor where "
                + "clients are.");
        }

        return report.Result();
    }

    private void Judge(CheckReport report, HttpStatusCode status, JsonElement? body)
    {
        if (status == HttpStatusCode.OK && Text(body, "issuer") is { } issuer)
        {
            report.Fact("scheme seen", address.IsHttps ? "https" : "http");
            if (issuer != address.Issuer) IssuerDiffers(report, issuer);
        }
        else if (status == HttpStatusCode.BadRequest && Text(body, "error") == "invalid_request")
        {
            report.Fact("scheme seen", "http");
            report.Error(
                FindingIds.ProbeSchemeHttp,
                "The server saw plain http, although it was asked over https: the proxy is not trusted, or does not "
                + "send X-Forwarded-Proto.",
                "List the proxy's address, as the server sees it, under ForwardedHeaders:KnownProxies or "
                + ":KnownNetworks, and let it send X-Forwarded-Proto: https. The server's log says which of both it "
                + $"is (event {HttpsOnly.NotTrustedEvent} or {HttpsOnly.NoHeaderEvent}).");
        }
        else
        {
            report.Error(
                FindingIds.ProbeRefused,
                $"The metadata was answered with {Digits(status)} and not with the metadata of this server.",
                $"Let the proxy pass on /.well-known/oauth-authorization-server{address.Path} and everything under "
                + $"{address.Issuer}/, without redirects, to this server.");
        }
    }

    private void IssuerDiffers(CheckReport report, string issuer) => report.Error(
        FindingIds.ProbeIssuerDiffers,
        $"The server there says that its issuer is {issuer[..Math.Min(issuer.Length, LongestIssuer)]}; here it is "
        + $"{address.Issuer}. Clients refuse the metadata (RFC 8414 §3.3).",
        "Give both the same OAuth:Issuer, or correct where the name leads.");

    private static async Task<byte[]> BeginningAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[LongestAnswer];
        return buffer[..await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct)];
    }

    private static JsonElement? Json(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement? json, string name) =>
        json is { ValueKind: JsonValueKind.Object } found && found.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Digits(HttpStatusCode status) => ((int)status).ToString(CultureInfo.InvariantCulture);

    private static bool IsOutage(Exception failure, CancellationToken ct) =>
        failure is HttpRequestException or IOException
        || (failure is OperationCanceledException && !ct.IsCancellationRequested);

    private static string Reason(Exception outage) => outage switch
    {
        OperationCanceledException => "it took too long.",
        { InnerException: { } cause } => $"{outage.Message} ({cause.Message})",
        _ => outage.Message,
    };
}
