using System.Net;
using System.Text.RegularExpressions;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>The answers that the rows name.</summary>
internal static partial class Expect
{
    private const string Start = $"Bearer realm=\"{TestApi.Audience}\", "
        + $"resource_metadata=\"{TestApi.MetadataAddress}\"";

    public static void Ok(Reply reply) =>
        Assert.True(reply.Status == HttpStatusCode.OK, $"{(int)reply.Status} {reply.Challenge}");

    public static void MissingToken(Reply reply, string scope = "read")
    {
        Refused(reply, HttpStatusCode.Unauthorized, "missing_token");
        Assert.Equal($"{Start}, scope=\"{scope}\"", reply.Challenge);
    }

    public static void InvalidRequest(Reply reply) =>
        Refused(reply, HttpStatusCode.BadRequest, "invalid_request", "invalid_request");

    public static void InvalidToken(Reply reply) =>
        Refused(reply, HttpStatusCode.Unauthorized, "invalid_token", "invalid_token");

    public static void TokenExpired(Reply reply) =>
        Refused(reply, HttpStatusCode.Unauthorized, "token_expired", "invalid_token");

    public static void InsufficientScope(Reply reply, string scope)
    {
        Refused(reply, HttpStatusCode.Forbidden, "insufficient_scope", "insufficient_scope");
        Assert.Contains($", scope=\"{scope}\"", reply.Challenge, StringComparison.Ordinal);
    }

    public static void Unavailable(Reply reply)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
        Assert.Equal("""{"error":"temporarily_unavailable"}""", reply.Body);
        Assert.Equal(TimeSpan.FromSeconds(5), reply.Headers.RetryAfter?.Delta);
        Assert.Equal("", reply.Challenge);
    }

    /// <summary>
    /// Status and body, and row RS-17: one challenge, each attribute once, quoted, in the character set of GEN-10, no
    /// redirect, no cookie.
    /// </summary>
    private static void Refused(Reply reply, HttpStatusCode status, string body, string? code = null)
    {
        Assert.True(reply.Status == status, $"{(int)reply.Status} {reply.Body} {reply.Challenge}");
        Assert.Equal($$"""{"error":"{{body}}"}""", reply.Body);
        Assert.StartsWith(Start, reply.Challenge, StringComparison.Ordinal);
        Assert.Matches(WholeChallenge(), reply.Challenge);
        var names = Attribute().Matches(reply.Challenge).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(names.Distinct(), names);
        if (code is not null) Assert.Contains($", error=\"{code}\"", reply.Challenge, StringComparison.Ordinal);
        Assert.False(reply.Headers.Contains("Set-Cookie"));
        Assert.Null(reply.Headers.Location);
        Assert.Equal("no-store", reply.Headers.CacheControl?.ToString());
    }

    [GeneratedRegex(
        """^Bearer [a-z_]+="[\x20-\x21\x23-\x5B\x5D-\x7E]+"(, [a-z_]+="[\x20-\x21\x23-\x5B\x5D-\x7E]+")*$""")]
    private static partial Regex WholeChallenge();

    [GeneratedRegex("""([a-z_]+)="[^"]*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Attribute();
}
