using System.Text;
using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Abuse;

/// <summary>A way to guess.</summary>
/// <param name="Name">As in the table and in <c>--only</c>.</param>
/// <param name="Addresses">From how many addresses, in turn.</param>
/// <param name="Prepare">Makes the guesses, once the server runs; the number of a guess makes it differ from the
/// others.</param>
internal sealed record Attack(string Name, int Addresses, Func<MeasuredServer, Func<int, Guess>> Prepare)
{
    private const int Many = 1000;

    /// <summary>
    /// All of them: each from one address, which its own budget stops, and from many, which it does not.
    /// </summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("secrets", 1, _ => Secrets("target-1")),
        new("secrets-spread", Many, _ => Secrets("target-2")),
        new("unknown-clients", 1, _ => number => Token($"nobody-{number}", number)),
        new("unknown-clients-spread", Many, _ => number => Token($"no-one-{number}", number)),
        new("passwords", 1, server => Passwords(server, "target-1@example.com")),
        new("passwords-spread", Many, server => Passwords(server, "target-2@example.com")),

        // Last: what it uses up is the honest callers' own client's.
        new("own-secrets-spread", Many, _ => Secrets(BenchClient.Id)),
    ];

    /// <summary>The request of a guess, with the address that the proxy saw.</summary>
    public byte[] Request(Guess guess, int number)
    {
        var address = number % Addresses;
        return HttpRequestBytes.Post(
            guess.Path,
            $"X-Forwarded-Proto: https\r\nX-Forwarded-For: "
                + $"198.18.{(Addresses / 250) + (address / 250)}.{(address % 250) + 1}\r\n{guess.Headers}",
            guess.Form);
    }

    private static Func<int, Guess> Secrets(string clientId) => number => Token(clientId, number);

    private static Guess Token(string clientId, int number) =>
        new(
            "/oauth/token",
            "",
            $"grant_type=refresh_token&refresh_token=none&client_id={clientId}"
                + $"&client_secret=guess-guess-guess-guess-{number}");

    // The page is asked for once, as a guesser would.
    private static Func<int, Guess> Passwords(MeasuredServer server, string email)
    {
        using var connection = new HttpConnection(server.Address);
        var page = connection.Send(HttpRequestBytes.Get(server.Routes.SignIn!, server.Headers));
        if (page.Status != 200) throw new UnexpectedAnswerException(page);
        var cookie = Encoding.ASCII.GetString(page.Header("Set-Cookie"u8)).Split(';')[0];
        var form = PageForm.Of(Encoding.UTF8.GetString(page.Body.Span)).With("email", email);
        return number =>
            new Guess(form.Action, $"Cookie: {cookie}\r\n", form.With("password", $"guess-{number}").Encoded());
    }
}

/// <summary>One request of a guesser.</summary>
/// <param name="Headers">Whole lines, each ended by CR LF; may be empty.</param>
internal sealed record Guess(string Path, string Headers, string Form);
