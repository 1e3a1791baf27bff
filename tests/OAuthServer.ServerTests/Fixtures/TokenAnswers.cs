using System.Net;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>The shorthand answers of the conformance list.</summary>
internal static class TokenAnswers
{
    /// <summary>TOKENS.</summary>
    public static Reply IsTokens(this Reply reply)
    {
        Assert.True(reply.Status == HttpStatusCode.OK, $"{(int)reply.Status}: {reply.Error}");
        AssertUncached(reply);
        Assert.Equal("no-cache", Assert.Single(reply.Headers.GetValues("Pragma")));
        var json = reply.Json!.Value;
        Assert.All(
            new[] { "access_token", "token_type", "scope" },
            name => Assert.Equal(JsonValueKind.String, json.GetProperty(name).ValueKind));
        Assert.Equal(JsonValueKind.Number, json.GetProperty("expires_in").ValueKind);
        return reply;
    }

    /// <summary>ERR(x).</summary>
    public static Reply IsError(this Reply reply, string error)
    {
        Assert.Equal((HttpStatusCode.BadRequest, error), (reply.Status, reply.Error));
        Assert.Empty(reply.Headers.WwwAuthenticate);
        AssertRefusal(reply);
        return reply;
    }

    /// <summary>ERR401(x), with a Basic challenge.</summary>
    public static Reply IsUnauthorized(this Reply reply, string error = "invalid_client")
    {
        Assert.Equal((HttpStatusCode.Unauthorized, error), (reply.Status, reply.Error));
        var challenge = Assert.Single(reply.Headers.WwwAuthenticate);
        Assert.Equal("Basic", challenge.Scheme);
        Assert.Contains("realm=\"", challenge.Parameter, StringComparison.Ordinal);
        AssertRefusal(reply);
        return reply;
    }

    /// <summary>200 with <c>{}</c>.</summary>
    public static Reply IsDone(this Reply reply)
    {
        Assert.Equal((HttpStatusCode.OK, "application/json", "{}"), (reply.Status, reply.ContentType, reply.Body));
        return reply;
    }

    /// <summary>What a refusal says in words.</summary>
    public static string Description(this Reply reply) =>
        reply.Json!.Value.GetProperty("error_description").GetString()!;

    public static string? CorrelationId(this Reply reply) => reply.Headers.GetValues("X-Correlation-Id").Single();

    private static void AssertRefusal(Reply reply)
    {
        AssertUncached(reply);
        Assert.Null(reply.Headers.Location);
        Assert.Null(reply.AccessToken);
        Assert.Null(reply.RefreshToken);
    }

    private static void AssertUncached(Reply reply)
    {
        Assert.Equal("application/json", reply.ContentType);
        Assert.True(reply.Headers.CacheControl!.NoStore);
    }
}
