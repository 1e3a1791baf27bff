using System.Text;
using OAuthServer.Bench.Load;

namespace OAuthServer.Bench.Workloads;

/// <summary>Sends the same request over and over and expects one status.</summary>
internal sealed class RequestWorker(byte[] request, int status) : IWorker
{
    /// <summary>Gets a document.</summary>
    public static RequestWorker Get(WorkerSeat seat, string path) =>
        new(HttpRequestBytes.Get(path, seat.Server.Headers), 200);

    /// <summary>
    /// Asks whether a document changed since a moment ago, and hears that it did not (RFC 9110 section 13.1.2).
    /// </summary>
    public static RequestWorker GetUnchanged(WorkerSeat seat, string path)
    {
        var reply = seat.Connection.Send(HttpRequestBytes.Get(path, seat.Server.Headers));
        var etag = Encoding.ASCII.GetString(reply.Header("ETag"u8));
        return new(HttpRequestBytes.Get(path, $"{seat.Server.Headers}If-None-Match: {etag}\r\n"), 304);
    }

    /// <summary>Posts a form of the size that a refresh has.</summary>
    public static RequestWorker Post(WorkerSeat seat, string path) =>
        new(HttpRequestBytes.Post(path, seat.Server.Headers, TokenCaller.RefreshForm(new string('x', 43))), 200);

    /// <summary>Calls an API with an access token that was just issued (RFC 6750 section 2.1).</summary>
    public static RequestWorker CallApi(WorkerSeat seat)
    {
        var issuer = seat.Server.Issuer!;
        using var connection = new HttpConnection(issuer.Address);
        var token = new TokenCaller(issuer).AccessToken(connection);
        return new(HttpRequestBytes.Get(seat.Server.Routes.Protected!, $"Authorization: Bearer {token}\r\n"), 200);
    }

    /// <summary>
    /// Asks who signed in, with an access token that was just issued (OpenID Connect Core section 5.3).
    /// </summary>
    public static RequestWorker AskUserInfo(WorkerSeat seat)
    {
        var caller = new TokenCaller(seat.Server);
        var (code, verifier) = caller.Authorize(seat.Connection, openId: true);
        var (token, _) = caller.RedeemForId(seat.Connection, code, verifier);
        return new(
            HttpRequestBytes.Get(
                seat.Server.Routes.UserInfo!, $"{seat.Server.Headers}Authorization: Bearer {token}\r\n"),
            200);
    }

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var reply = connection.Send(request);
        return reply.Status == status ? true : throw new UnexpectedAnswerException(reply);
    }
}
