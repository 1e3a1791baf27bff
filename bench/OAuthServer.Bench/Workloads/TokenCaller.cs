using System.Text;
using System.Text.RegularExpressions;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>
/// The OAuth requests of the bench's client to one server. Every answer is checked; another than expected is an
/// <see cref="UnexpectedAnswerException"/>.
/// </summary>
internal sealed class TokenCaller(MeasuredServer server)
{
    private static readonly string Credentials = $"client_id={BenchClient.Id}&client_secret={BenchClient.Secret}";

    private string _browserHeaders = server.Headers + server.BrowserHeaders;

    /// <summary>A refresh request (RFC 6749 section 6).</summary>
    /// <param name="credentials">Of another client, form-encoded; the bench's own when absent.</param>
    public static string RefreshForm(string refreshToken, string? credentials = null) =>
        $"grant_type=refresh_token&refresh_token={refreshToken}&{credentials ?? Credentials}";

    /// <summary>Asks for a code with the session that the browser holds, and gives it back with its verifier.</summary>
    /// <param name="openId">Whether the client also asks who signed in.</param>
    public (string Code, string Verifier) Authorize(HttpConnection connection, bool openId = false)
    {
        var request = AuthorizationRequest.New(openId);
        return (CodeOf(connection, request.Query), request.Verifier);
    }

    /// <summary>Pushes a request (RFC 9126) and visits what it got: a code.</summary>
    public string PushAndAuthorize(HttpConnection connection)
    {
        var pushed = Post(
            connection,
            server.Routes.Push!,
            $"{AuthorizationRequest.New().Query[1..]}&client_secret={BenchClient.Secret}");
        if (pushed.Status != 201 || pushed.Member("request_uri"u8) is not { } reference)
            throw new UnexpectedAnswerException(pushed);
        return CodeOf(connection, $"?client_id={BenchClient.Id}&request_uri={Uri.EscapeDataString(reference)}");
    }

    /// <summary>An access token of the client's own (RFC 6749 section 4.4).</summary>
    /// <param name="credentials">Of another client, form-encoded; the bench's own when absent.</param>
    public string OwnToken(HttpConnection connection, string? credentials = null) => MemberOf(
        Post(
            connection,
            server.Routes.ClientCredentials!,
            $"grant_type=client_credentials&scope={BenchClient.Scope}&{credentials ?? Credentials}"), "access_token"u8);

    /// <summary>Asks whether a token is good (RFC 7662), which it must be.</summary>
    public void Introspect(HttpConnection connection, string token)
    {
        var reply = Post(connection, server.Routes.Introspect!, $"token={token}&{Credentials}");
        if (reply.Status != 200 || !reply.Body.Span.StartsWith("{\"active\":true"u8))
            throw new UnexpectedAnswerException(reply);
    }

    private string CodeOf(HttpConnection connection, string query)
    {
        var reply = connection.Send(HttpRequestBytes.Get(server.Routes.Authorize + query, _browserHeaders));
        if (reply.Status is not (302 or 303)) throw new UnexpectedAnswerException(reply);
        KeepCookie(Encoding.ASCII.GetString(reply.Header("Set-Cookie"u8)).Split(';')[0]);
        var location = Encoding.ASCII.GetString(reply.Header("Location"u8));
        var code = location[(location.IndexOf('?', StringComparison.Ordinal) + 1)..]
            .Split('&')
            .FirstOrDefault(pair => pair.StartsWith("code=", StringComparison.Ordinal));
        return code is null ? throw new UnexpectedAnswerException(reply) : code["code=".Length..];
    }

    /// <summary>Redeems a code and gives the refresh token back.</summary>
    public string Redeem(HttpConnection connection, string code, string verifier) =>
        MemberOf(Exchange(connection, code, verifier), "refresh_token"u8);

    /// <summary>
    /// The same, with an ID token (OpenID Connect Core section 3.1.3.3), and the access token besides.
    /// </summary>
    public (string Access, string Id) RedeemForId(HttpConnection connection, string code, string verifier)
    {
        var reply = Exchange(connection, code, verifier);
        return (MemberOf(reply, "access_token"u8), MemberOf(reply, "id_token"u8));
    }

    /// <summary>Spends a refresh token and gives its successor back, which must be another.</summary>
    public string Refresh(HttpConnection connection, string refreshToken, string? credentials = null)
    {
        var reply = Post(connection, server.Routes.Refresh!, RefreshForm(refreshToken, credentials));
        var successor = MemberOf(reply, "refresh_token"u8);
        return successor == refreshToken ? throw new UnexpectedAnswerException(reply) : successor;
    }

    /// <summary>Spends a refresh token and gives both new tokens.</summary>
    public (string Access, string Refresh) RefreshForBoth(HttpConnection connection, string refreshToken)
    {
        var reply = Post(connection, server.Routes.Refresh!, RefreshForm(refreshToken));
        return (MemberOf(reply, "access_token"u8), MemberOf(reply, "refresh_token"u8));
    }

    /// <summary>A refresh that must fail with <c>invalid_client</c> (RFC 6749 section 5.2).</summary>
    public void RefreshWithWrongSecret(HttpConnection connection)
    {
        var reply = Post(
            connection,
            server.Routes.Refresh!,
            $"grant_type=refresh_token&refresh_token=none&client_id={BenchClient.Id}"
                + "&client_secret=guess-guess-guess-guess-guess-guess");
        if (reply.Status != 401) throw new UnexpectedAnswerException(reply);
    }

    /// <summary>Revokes a refresh token (RFC 7009).</summary>
    public void Revoke(HttpConnection connection, string refreshToken)
    {
        var reply = Post(
            connection, server.Routes.Revoke!, $"token={refreshToken}&token_type_hint=refresh_token&{Credentials}");
        if (reply.Status != 200) throw new UnexpectedAnswerException(reply);
    }

    /// <summary>A chain's first refresh token, by the whole flow where there is one.</summary>
    public string FirstRefreshToken(HttpConnection connection)
    {
        if (server.Routes.FirstRefreshToken is { } shortcut)
            return MemberOf(connection.Send(HttpRequestBytes.Get(shortcut, server.Headers)), "refresh_token"u8);
        var (code, verifier) = Authorize(connection);
        return Redeem(connection, code, verifier);
    }

    /// <summary>An access token, by the whole flow.</summary>
    public string AccessToken(HttpConnection connection)
    {
        var (code, verifier) = Authorize(connection);
        return MemberOf(Exchange(connection, code, verifier), "access_token"u8);
    }

    // As a browser does: a session that is never renewed would be looked up at every request.
    private void KeepCookie(string cookie)
    {
        if (cookie.Length > 0)
            _browserHeaders = Regex.Replace(
                _browserHeaders,
                Regex.Escape(cookie.Split('=')[0]) + "=[^;\\r]*",
                cookie.Replace("$", "$$", StringComparison.Ordinal));
    }

    private HttpReply Exchange(HttpConnection connection, string code, string verifier) => Post(
        connection, server.Routes.Token!,
        $"grant_type=authorization_code&code={code}&redirect_uri={Uri.EscapeDataString(BenchClient.RedirectUri)}"
            + $"&code_verifier={verifier}&{Credentials}");

    private HttpReply Post(HttpConnection connection, string path, string form) =>
        connection.Send(HttpRequestBytes.Post(path, server.Headers, form));

    private static string MemberOf(HttpReply reply, ReadOnlySpan<byte> name) =>
        reply.Status == 200 && reply.Member(name) is { } token ? token : throw new UnexpectedAnswerException(reply);
}
