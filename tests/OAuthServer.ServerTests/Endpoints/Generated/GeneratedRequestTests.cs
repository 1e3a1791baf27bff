using System.Collections.Concurrent;
using System.Diagnostics;
using CsCheck;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Generated;

/// <summary>
/// Whatever is sent to whichever endpoint, the answer is quick, small and never a server error (RFC 6749 §5.2, §10;
/// RFC 9700 §4). A failure prints the smallest case that was found and CsCheck's seed: <c>CsCheck_Seed=…</c> replays
/// it.
/// </summary>
public sealed class GeneratedRequestTests(HostileServer shared, ITestOutputHelper output) : IClassFixture<HostileServer>
{
    private const int VersionNotSupported = 505;
    private const int HashingShare = 20;
    private const int MostBytes = 4 * 1024;
    private const int ProfileBytes = 16 * 1024;
    private const int QrCodeBytes = 40 * 1024;
    private const int PasskeyBytes = 6 * 1024;
    private const int MostHeadBytes = 16 * 1024;
    private const int Repeats = 5;
    private const int RevocationBytes = 64;
    private const int AppBytes = 1024;
    private const int CarriedTimes = 3;

    // A static file, the same for everybody.
    private const int StyleSheetBytes = 16 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    // Machines that test are noisy; a case is slow when it is slow alone, each time.
    private readonly Lock _alone = new();
    private readonly ConcurrentDictionary<string, int> _statuses = new();
    private readonly ConcurrentDictionary<string, int> _largest = new();
    private readonly ConcurrentDictionary<Target, bool> _sent = new();

    [Fact]
    public void The_generator_knows_every_route() =>
        Assert.Equal(
            ServerRoutes.Of(shared.Server).Order(), shared.Endpoints.Select(e => e.ToString()).Distinct().Order());

    /// <summary>Spoilt requests go deep only when they are right beside what is spoilt.</summary>
    [Fact]
    public async Task Requests_that_are_not_spoilt_succeed()
    {
        await using var own = new HostileServer();
        await own.InitializeAsync();
        using var connection = new RawConnection(own.Server.Address);
        var absent = new Spoiler(Way.Absent, [], 1, false);
        foreach (var endpoint in own.Endpoints.Where(e => !BringsTheWrongThing(e.ToString())))
        {
            var answer = connection.Send(
                new HostileCase(new Target(endpoint, "Accept", null), absent, absent, 0).ToBytes());
            Assert.True(
                answer.Status is 200 or 201 or 303
                    && !answer.Head.Any(line => line.Contains("error=", StringComparison.Ordinal)
                        && !line.Contains("access_denied", StringComparison.Ordinal)),
                $"{endpoint}: {answer.Status} {answer["Location"]} {answer.Text}");
        }
    }

    // These would have to bring the right password, code or passkey, a link that is then used, end what the others
    // need, or ask for a picture that no client has.
    private static bool BringsTheWrongThing(string endpoint) => endpoint
        is "POST /account/sign-in" or "POST /account/password" or "POST /account/reset" or "POST /account/confirm"
        or "POST /account/email/confirm" or "POST /account/delete" or "POST /account/data"
        or "POST /account/factors/app" or "POST /account/sign-in/factor"
        or "POST /account/passkeys" or "POST /account/passkeys/remove" or "POST /account/passkeys/sign-in"
        or "GET /account/external/github/callback" or "POST /account/logins/remove" or "POST /account/password/remove"
        or "GET /account/app-logo";

    [Fact, Row("GEN-09")]
    public void No_generated_request_is_a_server_error_or_slow_or_answered_at_length()
    {
        Target[] targets = [.. shared.Endpoints.SelectMany(Target.All).Where(target => !target.MayHash)];
        Run(targets, Cases, Longest);
        // What chance left out, each once.
        RunEach(Unsent(targets), Longest);
        Assert.Empty(Unsent(targets));
    }

    /// <summary>
    /// Wrong secrets and passwords are slow on purpose, so there are fewer of them and their time is only told.
    /// </summary>
    [Fact]
    public void No_generated_request_that_pays_a_hash_is_a_server_error_or_answered_at_length()
    {
        Target[] targets =
        [
            .. shared.Endpoints.Select(Guessing).SelectMany(Target.All).Where(target => target.MayHash),
        ];
        Run(targets, Cases / HashingShare, null);
    }

    private static int Cases => Effort.Cases(2_500);

    private Target[] Unsent(Target[] targets) => [.. targets.Where(target => !_sent.ContainsKey(target))];

    // The other fields of a form with a password are right, so that the password is looked at.
    private static HostileEndpoint Guessing(HostileEndpoint endpoint) => endpoint with
    {
        Parameters =
        [
            .. endpoint.Parameters.Select(part => part.Name switch
            {
                "password" or "current" => new Part(part.Name, "a wrong one"),
                "repeat" => new Part(part.Name, endpoint.Parameters.Single(p => p.Name == "new").Values[0]),
                _ => part,
            }),
        ],
    };

    private void Run(Target[] targets, int cases, TimeSpan? longest) => Run(
        $"{cases} cases over {targets.Length}", longest,
        judge => HostileGen.Cases(targets).Sample(judge, iter: cases, print: Print));

    private void RunEach(Target[] targets, TimeSpan longest) => Run(
        $"one case for each of {targets.Length}", longest,
        judge =>
        {
            foreach (var target in targets) HostileGen.Cases([target]).Sample(judge, iter: 1, threads: 1, print: Print);
        });

    private static string Print(HostileCase sent) => sent.ToString();

    private void Run(string what, TimeSpan? longest, Action<Action<HostileCase>> sample)
    {
        var slowest = TimeSpan.Zero;
        var started = Stopwatch.GetTimestamp();
        using var connections = new ThreadLocal<RawConnection>(
            () => new RawConnection(shared.Server.Address), trackAllValues: true);
        try
        {
            sample(sent =>
            {
                var request = sent.ToBytes();
                var (answer, took) = Send(connections.Value!, request);
                if (took > longest) took = AtBest(request, took, longest.Value);
                lock (_alone) slowest = took > slowest ? took : slowest;
                Judge(sent, request, answer, longest is null ? TimeSpan.Zero : took);
            });
        }
        finally
        {
            foreach (var connection in connections.Values) connection.Dispose();
            output.WriteLine(
                $"{what} parts and pairs in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s; the slowest took "
                    + $"{slowest.TotalMilliseconds:0} ms");
            foreach (var (route, bytes) in _largest.OrderBy(l => l.Key))
            {
                var statuses = _statuses.Where(s => s.Key.StartsWith(route + " = ", StringComparison.Ordinal))
                    .Select(s => $"{s.Key[(route.Length + 3)..]}x{s.Value}");
                output.WriteLine($"{route}: {string.Join(' ', statuses)}; at most {bytes} bytes");
            }
        }
    }

    private void Judge(HostileCase sent, byte[] request, RawAnswer answer, TimeSpan took)
    {
        var endpoint = sent.Target.Endpoint;
        var head = answer.Head.Sum(line => line.Length + 2);
        _sent[sent.Target] = true;
        _statuses.AddOrUpdate($"{endpoint} = {answer.Status}", 1, (_, count) => count + 1);
        _largest.AddOrUpdate(endpoint.ToString(), answer.Body.Length, (_, most) => Math.Max(most, answer.Body.Length));
        // A request past the limits of the server may be cut off while it is still being sent.
        var cut = answer.Status == 0 && request.Length > MostBytes * 8;
        // Raw bytes may end the request line early; what then stands in the version's place is refused as HTTP says
        // (docs/errors.md).
        var versionless = answer.Status == VersionNotSupported && !NamesVersion(request);
        if (!cut && !versionless && answer.Status is not (>= 200 and < 500))
            throw new InvalidOperationException($"The status is {answer.Status}.");
        if (answer.Body.Length > MostBytesOf(endpoint, request, answer))
            throw new InvalidOperationException($"The answer has {answer.Body.Length} bytes: {answer.Text}");
        if (head > MostHeadBytes) throw new InvalidOperationException($"The head of the answer has {head} bytes.");
        if (took > Longest) throw new InvalidOperationException($"It took {took.TotalMilliseconds:0} ms, each time.");
    }

    private static bool NamesVersion(ReadOnlySpan<byte> request) =>
        request[..request.IndexOf((byte)'\n')].TrimEnd((byte)'\r').EndsWith("HTTP/1.1"u8);

    private static int MostBytesOf(HostileEndpoint endpoint, byte[] request, RawAnswer answer) => endpoint.Route switch
    {
        "/account/site.css" => StyleSheetBytes,
        // A field for each thing that can be known, with what was sent in it.
        "/account/profile" => ProfileBytes + (CarriedTimes * request.Length),
        // What the browser is to make a passkey by.
        "/account/passkeys" or "/account/passkeys/remove" => PasskeyBytes,
        // A picture of squares.
        "/account/factors/app" => QrCodeBytes,
        // One entry for each revocation that still matters.
        "/oauth/revocations" => MostBytes + (answer.Text.Count(c => c == ',') * RevocationBytes),
        // One entry for each app, in words.
        "/account/connections" => MostBytes + (answer.Text.Split("<li><div").Length * AppBytes),
        // Their forms and links carry the authorization request on: by password, by passkey, and to other providers.
        "/oauth/authorize" => MostBytes + (CarriedTimes * request.Length),
        "/account/sign-in" or "/account/passkeys/sign-in" or "/account/sign-in/factor" =>
            PasskeyBytes + ((CarriedTimes + 1) * request.Length),
        // Whatever is told where to go on says so in the link of the page of an error, and a form keeps an address.
        _ when endpoint.Parameters.Any(part => part.Name is "returnUrl" or "email") =>
            MostBytes + (CarriedTimes * request.Length),
        _ => MostBytes,
    };

    private TimeSpan AtBest(byte[] request, TimeSpan first, TimeSpan longest)
    {
        lock (_alone)
        {
            using var connection = new RawConnection(shared.Server.Address);
            for (var i = 0; i < Repeats && first > longest; i++)
            {
                var again = Send(connection, request).Took;
                if (again < first) first = again;
            }

            return first;
        }
    }

    private static (RawAnswer Answer, TimeSpan Took) Send(RawConnection connection, byte[] request)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = connection.Send(request);
        return (answer, Stopwatch.GetElapsedTime(started));
    }
}
