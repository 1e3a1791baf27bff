using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Push;

/// <summary>Pushes a request, and visits what it got.</summary>
internal static class Pushing
{
    /// <summary>The parameters of a request, as a form has them.</summary>
    public static (string Name, string? Value)[] Pairs(this AuthorizationAsk ask) =>
        [.. ask.Parameters.Select(parameter => (parameter.Key, (string?)parameter.Value))];

    /// <summary>Pushes as the confidential client of the request.</summary>
    public static Task<Reply> PushAsync(this TestServer server, AuthorizationAsk ask) =>
        server.PostFormAsync("/oauth/par", [.. ask.Pairs(), ("client_secret", TestData.Secret)]);

    /// <summary>What the client sends the browser to.</summary>
    public static string RequestUri(this Reply reply) =>
        reply.Status == HttpStatusCode.Created
            ? reply.Json!.Value.GetProperty("request_uri").GetString()!
            : throw new InvalidOperationException($"Nothing was pushed: {reply.Body}");

    public static string Visit(string requestUri, string clientId = TestData.Web) =>
        $"/oauth/authorize?client_id={clientId}&request_uri={Uri.EscapeDataString(requestUri)}";

    /// <summary>The whole visit, until the browser is at the app.</summary>
    public static Task<AuthorizationAnswer> VisitAsync(
        this TestBrowser browser, string requestUri, string clientId = TestData.Web) =>
        browser.AuthorizeAsync(Asking(requestUri, clientId));

    /// <summary>A request of nothing but the reference.</summary>
    public static AuthorizationAsk Asking(string requestUri, string clientId = TestData.Web) =>
        new AuthorizationAsk().Parameters.Select(parameter => parameter.Key).Distinct()
            .Aggregate(new AuthorizationAsk(), (ask, name) => ask.With(name, null))
            .With("client_id", clientId).With("request_uri", requestUri);
}
