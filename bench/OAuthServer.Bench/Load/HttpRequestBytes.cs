using System.Text;

namespace OAuthServer.Bench.Load;

/// <summary>Requests as they go over the wire.</summary>
internal static class HttpRequestBytes
{
    /// <param name="headers">Whole lines, each ended by CR LF; may be empty.</param>
    public static byte[] Get(string path, string headers) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n");

    /// <param name="headers">Whole lines, each ended by CR LF; may be empty.</param>
    /// <param name="form">Already encoded as application/x-www-form-urlencoded.</param>
    public static byte[] Post(string path, string headers, string form) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
            + $"application/x-www-form-urlencoded\r\nContent-Length: {form.Length}\r\n{headers}\r\n{form}");
}
