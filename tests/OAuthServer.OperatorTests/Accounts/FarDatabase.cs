using System.Diagnostics;
using System.Net;
using Npgsql;
using OAuthServer.OperatorTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>
/// A server whose database is far away, where every statement more is seen from outside: how long an answer takes for
/// one kind of person beside another. <c>.ci/full</c> takes 200 samples of each kind, where a test does not say less.
/// </summary>
public class FarDatabase : IAsyncLifetime
{
    // What 1 of 1,000 pairs of equal distributions exceeds (two-sample Kolmogorov-Smirnov, times the root of 2/n).
    private const double Unlikely = 1.95;

    // An answer waits more than it works: that many at once, and the turns of the hashes are still free.
    private const int Browsers = 2;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(30);

    private TestDatabase _database = null!;
    private ForgetfulNetwork _network = null!;

    /// <summary>The kinds whose sign-in is refused.</summary>
    internal static readonly string[] Refused = ["unknown", "wrong", "disabled", "locked"];

    /// <summary>Of each kind.</summary>
    protected virtual int Samples => 4 * Effort.Rounds(2);

    internal TestDatabase Database => _database;

    internal TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestData.CreateDatabaseAsync(fullHashCost: true);
        var near = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        _network = new ForgetfulNetwork(near.Port, RoundTrip);
        var far = new NpgsqlConnectionStringBuilder(near.ConnectionString) { Host = "127.0.0.1", Port = _network.Port };
        Server = await TestServer.StartAsync(new()
        {
            Database = _database,
            FullHashCost = true,
            Settings = new Dictionary<string, string?>
            {
                ["ConnectionStrings:OAuthServer"] = far.ConnectionString,
                ["RateLimiting:SignIn:PermitLimit"] = "100000",
                ["Mail:MostWaiting"] = "100000",
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await _network.DisposeAsync();
        await _database.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Posts the form of a page for people of each kind in turn, and compares each kind with the first.
    /// </summary>
    internal async Task CompareAsync(string path, string[] kinds, HttpStatusCode expected)
    {
        var measured = await Task.WhenAll(Enumerable.Range(0, Browsers)
            .Select(first => MeasureAsync(path, kinds, expected, first)));
        var times = kinds.ToDictionary(kind => kind, kind => measured.SelectMany(m => m[kind]).ToList());
        foreach (var kind in kinds.Skip(1))
        {
            var apart = Distance(times[kinds[0]], times[kind]);
            var bound = Unlikely * Math.Sqrt(2.0 / Samples);
            Assert.True(apart < bound, $"{kind}: {apart:0.000} apart, at most {bound:0.000}: {Told(times[kind])} ms, "
                + $"{kinds[0]}: {Told(times[kinds[0]])} ms");
        }
    }

    /// <summary>
    /// Adds as many people of a kind as there are samples, who differ from alice by <paramref name="set"/>.
    /// </summary>
    internal async Task AddPeopleAsync(string kind, string set = "access_failed_count = 0")
    {
        await Database.ExecuteAsync($"""
            INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash)
            SELECT name, upper(name), name, upper(name), true, password_hash
            FROM accounts, generate_series(0, {Samples - 1}) AS n,
                 LATERAL (SELECT '{kind}-' || n || '@example.com' AS name) AS person
            WHERE email = 'alice@example.com'
            """);
        await Database.ExecuteAsync($"UPDATE accounts SET {set} WHERE email LIKE '{kind}-%'");
    }

    /// <summary>Adds the people of <see cref="Refused"/>; nobody is of the first kind.</summary>
    internal async Task AddRefusedAsync()
    {
        await AddPeopleAsync("wrong");
        await AddPeopleAsync("disabled", "disabled_at = now()");
        await AddPeopleAsync("locked", "lockout_end = now() + interval '1 day'");
    }

    // One browser's part: every so many samples, from the first on.
    private async Task<Dictionary<string, List<double>>> MeasureAsync(
        string path, string[] kinds, HttpStatusCode expected, int first)
    {
        using var browser = new TestBrowser(Server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync(path), path);
        await TimeAsync(browser, form, "nobody@example.com", expected); // what is made once is made
        var times = kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var sample = first; sample < Samples; sample += Browsers)
        {
            var order = kinds.ToArray();
            Random.Shared.Shuffle(order);
            foreach (var kind in order)
                times[kind].Add(await TimeAsync(browser, form, $"{kind}-{sample}@example.com", expected));
        }

        return times;
    }

    private static async Task<double> TimeAsync(
        TestBrowser browser, TestForm form, string email, HttpStatusCode expected)
    {
        form.Fields["email"] = email;
        if (form.Fields.ContainsKey("password")) form.Fields["password"] = $"not the password of {email}";
        var began = Stopwatch.GetTimestamp();
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Assert.Equal(expected, answer.StatusCode);
        return took;
    }

    // The largest distance between the two shares of samples below a time.
    private static double Distance(List<double> one, List<double> other) => one.Concat(other)
        .Max(time => Math.Abs(Share(one, time) - Share(other, time)));

    private static double Share(List<double> times, double most) =>
        times.Count(time => time <= most) / (double)times.Count;

    private static string Told(List<double> times)
    {
        var sorted = times.Order().ToList();
        return $"{sorted[0]:0} to {sorted[^1]:0}, median {sorted[sorted.Count / 2]:0}";
    }
}
