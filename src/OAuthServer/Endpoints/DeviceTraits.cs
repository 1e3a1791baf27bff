using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace OAuthServer.Endpoints;

/// <summary>
/// What the calling software says of itself, for installations that bind refresh tokens to a device.
/// </summary>
internal readonly record struct DeviceTraits(StringValues UserAgent, StringValues Languages, StringValues Platform)
{
    public static DeviceTraits Of(HttpRequest request) =>
        new(request.Headers.UserAgent, request.Headers.AcceptLanguage, request.Headers["Sec-CH-UA-Platform"]);

    public byte[] Fingerprint() => SHA256.HashData(Encoding.UTF8.GetBytes($"{UserAgent}\n{Languages}\n{Platform}"));
}
