using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.ServerTests.Fixtures;

namespace OAuthServer.ServerTests.Hosting;

/// <summary>
/// An answer as text without what differs from one request to the next: the time, ids, counters, and random values
/// by their form.
/// </summary>
internal static partial class SteadyAnswer
{
    private static readonly string[] Changing = ["X-Correlation-Id", "RateLimit-Remaining", "RateLimit-Reset", "Date"];

    /// <summary>Status, header lines in their order, and body; what differs is named instead.</summary>
    public static string Of(RawAnswer answer)
    {
        var text = $"{answer.Status}\n{string.Join('\n', answer.Head)}\n\n{answer.Text}";
        if (answer["X-Correlation-Id"] is { Length: > 0 } id)
            text = text.Replace(id, "<correlation id>", StringComparison.Ordinal);
        text = Counters.Replace(text, "$1<changes>");
        text = Protected.Replace(text, "<protected>");
        text = Handles.Replace(text, "$1$2$3<random>");
        text = Ceremonies.Replace(text, "<random>");
        text = Visits.Replace(text, "<random>");
        return Tokens.Replace(text, token => Steady(token.Value));
    }

    /// <summary>The header lines by name, without those that are others each time.</summary>
    public static IEnumerable<(string Name, string Value)> HeadersOf(HttpResponseMessage answer) =>
        answer.Headers.Concat(answer.Content.Headers)
            .Where(header => !Changing.Contains(header.Key))
            .Select(header => (header.Key, string.Join(", ", header.Value)))
            .Order();

    /// <summary>A page without what is another each time, whoever it is for: what is sealed, and challenges.</summary>
    public static string OfPage(string html) => Ceremonies.Replace(Protected.Replace(html, ""), "");

    // Issuer, audience and the like stay to be compared.
    private static string Steady(string token)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!.AsObject();
        foreach (var name in (string[])["iat", "exp", "jti"]) claims[name] = "<changes>";
        return $"{parts[0]}.{claims.ToJsonString()}.<signature of {Encoding.ASCII.GetByteCount(parts[2])}>";
    }

    [GeneratedRegex("(?<=\n)((?:Date|RateLimit-Remaining|RateLimit-Reset): ).*")]
    private static partial Regex Counters { get; }

    // Antiforgery tokens, sessions and consent tickets; Data Protection begins all of them alike.
    [GeneratedRegex("CfDJ8[A-Za-z0-9_-]+")]
    private static partial Regex Protected { get; }

    [GeneratedRegex(
        "([?&]code=)[A-Za-z0-9_-]{43}|(\"refresh_token\":\")[A-Za-z0-9_-]{70}|(request_uri(?::|("
            + "?:%25)*%3A))[A-Za-z0-9_-]{43}")]
    private static partial Regex Handles { get; }

    // The challenge of a passkey, and the secret of an authenticator app with its picture.
    [GeneratedRegex(
        "(?<=challenge&quot;:&quot;)[A-Za-z0-9_-]+|(?<=[?]secret=)[A-Z2-7]+|(?<=<span>)[A-Z2-7]{4}(?=</span>)|("
            + "?<=qr-dark\" d=\")[^\"]+")]
    private static partial Regex Ceremonies { get; }

    // What ties a visit to another provider to this browser, and its proof key.
    [GeneratedRegex(
        "(?<=oauthserver-external-[a-z]+-)[A-Za-z0-9_-]+(?==)|("
            + "?<=github[.]com/[^\n]*code_challenge=)[A-Za-z0-9_-]{43}")]
    private static partial Regex Visits { get; }

    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")]
    private static partial Regex Tokens { get; }
}
