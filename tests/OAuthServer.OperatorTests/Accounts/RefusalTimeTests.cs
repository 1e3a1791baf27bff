using System.Diagnostics;
using System.Net;
using Npgsql;
using OAuthServer.OperatorTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>
/// With a database far away, where every statement more is seen from outside: how long a refusal takes does not tell
/// whether there is an account. <c>.ci/full</c> takes 200 samples of each kind.
/// </summary>
public sealed class RefusalTimeTests : IAsyncLifetime
{
    // What 1 of 1,000 pairs of equal distributions exceeds (two-sample Kolmogorov-Smirnov, times the root of 2/n).
    private const double Unlikely = 1.95;

    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(30);
    private static readonly string[] Kinds = ["unknown", "wrong", "disabled", "locked"];

    /// <summary>Hashes of other software, each slower than ours: 12 rounds of bcrypt, argon2 in 64 MB, much PBKDF2.</summary>
    private static readonly Dictionary<string, string> Imported = new(StringComparer.Ordinal)
    {
        ["bcrypt"] = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm",
        ["argon2"] = "$argon2id$v=19$m=65536,t=3,p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg",
        ["pbkdf2"] = "$pbkdf2-sha512$600000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN.j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4",
    };

    private readonly int _samples = 4 * Effort.Rounds(2);
    private TestDatabase _database = null!;
    private ForgetfulNetwork _network = null!;
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestData.CreateDatabaseAsync(fullPasswordCost: true);
        var near = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        _network = new ForgetfulNetwork(near.Port, RoundTrip);
        var far = new NpgsqlConnectionStringBuilder(near.ConnectionString) { Host = "127.0.0.1", Port = _network.Port };
        _server = await TestServer.StartAsync(new()
        {
            Database = _database,
            FullPasswordCost = true,
            Settings = new Dictionary<string, string?>
            {
                ["ConnectionStrings:OAuthServer"] = far.ConnectionString,
                ["RateLimiting:SignIn:PermitLimit"] = "100000",
            },
        });
        foreach (var kind in Kinds.Skip(1)) await AddPeopleAsync(kind);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _network.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact, Row("UI-09")]
    public Task Every_refused_sign_in_takes_as_long_as_that_of_an_unknown_account() => CompareAsync(Kinds);

    /// <summary>For the long gate: each of these takes a second. What a few of them show is in ImportedHashSignInTests.</summary>
    [Fact]
    public async Task The_same_holds_where_slower_hashes_were_imported()
    {
        if (Effort.Rounds(0) == 0) return;
        foreach (var (kind, hash) in Imported)
        {
            await AddPeopleAsync(kind);
            await _database.ExecuteAsync($"UPDATE accounts SET password_hash = $1 WHERE email LIKE '{kind}-%'", hash);
        }

        await CompareAsync([.. Kinds, .. Imported.Keys]);
    }

    private async Task CompareAsync(string[] kinds)
    {
        using var browser = new TestBrowser(_server);
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/sign-in"), "/account/sign-in");
        await TimeAsync(browser, form, "nobody@example.com"); // what is made once is made
        var times = kinds.ToDictionary(kind => kind, _ => new List<double>());
        for (var sample = 0; sample < _samples; sample++)
        {
            var order = kinds.ToArray();
            Random.Shared.Shuffle(order);
            foreach (var kind in order)
                times[kind].Add(await TimeAsync(browser, form, $"{kind}-{sample}@example.com"));
        }

        foreach (var kind in kinds.Skip(1))
        {
            var apart = Distance(times["unknown"], times[kind]);
            var bound = Unlikely * Math.Sqrt(2.0 / _samples);
            Assert.True(apart < bound, $"{kind}: {apart:0.000} apart, at most {bound:0.000}: {Told(times[kind])} ms, "
                + $"unknown: {Told(times["unknown"])} ms");
        }
    }

    private static async Task<double> TimeAsync(TestBrowser browser, TestForm form, string email)
    {
        form.Fields["email"] = email;
        form.Fields["password"] = $"not the password of {email}";
        var began = Stopwatch.GetTimestamp();
        using var answer = await browser.PostAsync(form.Action, form.Fields);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return took;
    }

    // The largest distance between the two shares of samples below a time.
    private static double Distance(List<double> one, List<double> other) => one.Concat(other)
        .Max(time => Math.Abs(Share(one, time) - Share(other, time)));

    private static double Share(List<double> times, double most) => times.Count(time => time <= most) / (double)times.Count;

    private static string Told(List<double> times)
    {
        var sorted = times.Order().ToList();
        return $"{sorted[0]:0} to {sorted[^1]:0}, median {sorted[sorted.Count / 2]:0}";
    }

    private Task<int> AddPeopleAsync(string kind) => _database.ExecuteAsync($"""
        INSERT INTO accounts (user_name, normalized_user_name, email, normalized_email, password_hash,
                              disabled_at, lockout_end, access_failed_count)
        SELECT name, upper(name), name, upper(name), password_hash,
               CASE '{kind}' WHEN 'disabled' THEN now() END,
               CASE '{kind}' WHEN 'locked' THEN now() + interval '1 day' END, 0
        FROM accounts, generate_series(0, {_samples - 1}) AS n,
             LATERAL (SELECT '{kind}-' || n || '@example.com' AS name) AS person
        WHERE email = 'alice@example.com'
        """);
}
