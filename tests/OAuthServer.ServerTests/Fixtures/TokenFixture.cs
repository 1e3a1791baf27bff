using System.Net;
using System.Text.Json;
using OAuthServer.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>A server with a signed-in browser for the rows of the form endpoints.</summary>
public sealed class TokenFixture : SignedInServer, IAsyncLifetime
{
    /// <summary>Tokens in the form that every row asks for (TOKENS).</summary>
    public override async Task<Reply> TokensAsync(AuthorizationAsk? ask = null, string clientId = TestData.Web) => (await base.TokensAsync(ask, clientId)).IsTokens();

    /// <summary>Registers a confidential client like the web client, for tests that change it.</summary>
    public Task AddClientAsync(string clientId) => Database.ExecuteAsync(
        "INSERT INTO oauth_clients (client_id, client_secret, name, redirect_uris, allowed_scopes, default_scopes) VALUES ($1, $2, 'Added', '{https://c.example/cb}', '{read,write}', '{read}')",
        clientId, TestData.SecretHash);

    /// <summary>True when a server with one setting changed, and otherwise right, would start.</summary>
    public static async Task<bool> WouldStartAsync(string setting)
    {
        Deployment.NeedsOwnServer("a start with another configuration");
        var app = ServerHost.Build(
            ["--environment=Production", $"--contentRoot={AppContext.BaseDirectory}", "--OAuth:Issuer=https://as.example.test", "--ConnectionStrings:OAuthServer=Host=127.0.0.1", "--SigningKeys:Source=File", $"--{setting}"]);
        if (app is null) return false;
        await app.DisposeAsync();
        return true;
    }
}

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
        Assert.All(new[] { "access_token", "token_type", "scope" }, name => Assert.Equal(JsonValueKind.String, json.GetProperty(name).ValueKind));
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
