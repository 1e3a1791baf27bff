using System.Text;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>
/// A person sends the right password from a page that is open already, in a browser that knows them; each time a
/// session starts. Strangers' browsers would be turned away: only a few of them at once may try at one account.
/// </summary>
internal sealed class SignInWorker : IWorker
{
    private const string DeviceCookie = "__Host-oauthserver-device=";

    private readonly byte[] _request;

    public SignInWorker(WorkerSeat seat)
    {
        var page = seat.Connection.Send(HttpRequestBytes.Get(seat.Server.Routes.SignIn!, seat.Server.Headers));
        if (page.Status != 200) throw new UnexpectedAnswerException(page);
        var antiforgery = Encoding.ASCII.GetString(page.Header("Set-Cookie"u8)).Split(';')[0];
        var form = PageForm.Of(Encoding.UTF8.GetString(page.Body.Span))
            .With("email", OurSeed.Email)
            .With("password", OurSeed.Password);
        var device = seat.Server.BrowserHeaders.Split([' ', ';', '\r'], StringSplitOptions.RemoveEmptyEntries)
            .Single(part => part.StartsWith(DeviceCookie, StringComparison.Ordinal));
        _request = HttpRequestBytes.Post(
            form.Action, $"{seat.Server.Headers}Cookie: {antiforgery}; {device}\r\n", form.Encoded());
    }

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var reply = connection.Send(_request);
        return reply.Status == 303 ? true : throw new UnexpectedAnswerException(reply);
    }
}
