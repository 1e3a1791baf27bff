using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// Checks AWS Signature Version 4 as a service does, computed here from the published algorithm: canonical request,
/// string to sign, derived key. Shares no code with the SDK.
/// </summary>
internal sealed record SigV4(string AccessKey, string SecretKey, string Region, string Service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Null when the signature is right, else what is wrong.</summary>
    public string? Fault(HttpRequest request, byte[] body, DateTimeOffset now)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal)) return "no SigV4 authorization";
        var parts = authorization[Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        var time = request.Headers["X-Amz-Date"].ToString();
        if (!DateTimeOffset.TryParseExact(
                time,
                "yyyyMMdd'T'HHmmss'Z'",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var signedAt)
            || (now - signedAt).Duration() > TimeSpan.FromMinutes(5)) return "stale or missing X-Amz-Date";

        var scope = $"{time[..8]}/{Region}/{Service}/aws4_request";
        if (parts["Credential"] != $"{AccessKey}/{scope}") return $"credential scope {parts["Credential"]}";
        var signed = parts["SignedHeaders"].Split(';');
        foreach (var header in (string[])["host", "x-amz-date", "x-amz-target", "content-type"])
        {
            if (!signed.Contains(header)) return $"{header} is not signed";
        }

        var text = $"{Algorithm}\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(Canonical(request, signed, body)))}";
        var expected = Convert.ToHexStringLower(HMACSHA256.HashData(Key(time[..8]), Encoding.UTF8.GetBytes(text)));
        return CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(parts["Signature"]))
            ? null
            : "the signature does not match";
    }

    private static string Canonical(HttpRequest request, string[] signed, byte[] body)
    {
        var headers = string.Concat(signed.Select(name =>
            $"{name}:{(name == "host" ? request.Host.ToString() : request.Headers[name].ToString()).Trim()}\n"));

        // The hash is of the body that arrived, never the one that a header claims.
        return $"{request.Method}\n{request.Path}\n{request.QueryString.Value?.TrimStart('?')}\n"
            + $"{headers}\n{string.Join(';', signed)}\n{Hash(body)}";
    }

    private byte[] Key(string date)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + SecretKey);
        foreach (var step in (string[])[date, Region, Service, "aws4_request"])
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        return key;
    }

    private static string Hash(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));
}
