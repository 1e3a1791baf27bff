using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Clients;
using OAuthServer.Clients.RemoteKeys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Clients.Assertions;

/// <summary>Keys that clients publish at their <c>jwks_uri</c>: how they are fetched, kept and given up.</summary>
public sealed class PublishedKeyTests(PublishedKeyTests.Publishing flow) : IClassFixture<PublishedKeyTests.Publishing>
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Row("PKJ-09")]
    public async Task Published_keys_are_fetched_once_and_kept()
    {
        using var key = await AddAsync("kept");
        using var metrics = new CollectedMetrics(flow.Patient);
        var tokens = await flow.Patient.RedeemByAsync(
            await flow.CodeAsync(AuthorizationAsk.For("kept", AppKeyRequests.RedirectUri)), key.Assertion("kept"));
        for (var i = 0; i < 5; i++)
            tokens = (await flow.Patient.RefreshByAsync(tokens.IsTokens().RefreshToken, key.Assertion("kept")))
                .IsTokens();

        Assert.Equal(1, flow.Host.Requests("/kept"));
        Assert.Equal(1, metrics.Count("oauth.server.client_keys.fetches", "oauth.result=fetched"));
        flow.Host.Break("/gone");
        await flow.Database.AddKeyClientAsync("gone", null, flow.Host.Https("/gone"));
        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, key.Assertion("gone")));
        Assert.Equal(1, metrics.Count("oauth.server.client_keys.fetches", "oauth.result=failed"));
    }

    [Fact]
    [Row("PKJ-09")]
    public async Task Many_first_requests_at_once_share_one_fetch()
    {
        using var key = await AddAsync("crowd");
        var released = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        flow.Host.Answer("/crowd", async http =>
        {
            await released.Task.WaitAsync(http.RequestAborted);
            await http.Response.WriteAsync(key.Jwks, http.RequestAborted);
        });
        var asking = Enumerable.Range(0, 30).Select(_ => AnswerAsync(flow.Patient, key.Assertion("crowd"))).ToArray();
        await Eventually.BecomesTrue(
            () => Task.FromResult(flow.Host.Requests("/crowd") > 0), Soon, "the keys are asked for");
        released.SetResult();

        Assert.All(await Task.WhenAll(asking), error => Assert.Equal("invalid_grant", error));
        Assert.Equal(1, flow.Host.Requests("/crowd"));
    }

    [Theory]
    [Row("PKJ-09")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::1]")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost.localdomain")]
    public async Task A_private_address_is_never_connected_to_unless_it_is_listed(string host)
    {
        using var key = AppKey.Create();
        var id = "private-" + Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(host));
        flow.Host.Publish("/private", key.Jwks);
        await flow.Database.AddKeyClientAsync(id, null, flow.Host.Https("/private", host));
        var before = flow.Host.Connections;

        Assert.Equal("invalid_client", await AnswerAsync(flow.Guarded, key.Assertion(id)));

        Assert.Equal(before, flow.Host.Connections);
    }

    [Fact]
    [Row("PKJ-09")]
    public async Task A_listed_network_or_host_is_connected_to()
    {
        using var key = await AddAsync("listed");
        Assert.Equal("invalid_client", await AnswerAsync(flow.Guarded, key.Assertion("listed")));
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("listed")));
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Hasty, key.Assertion("listed")));
    }

    [Fact]
    [Row("PKJ-09")]
    public async Task Plain_http_cannot_be_registered_and_is_not_fetched()
    {
        using var key = AppKey.Create();
        flow.Host.Publish("/plain", key.Jwks);
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => flow.Database.AddKeyClientAsync("plain", null, flow.Host.Http("/plain")));
        Assert.Equal("jwks_uri_is_https", refused.ConstraintName);
        await flow.Database.ExecuteAsync("ALTER TABLE oauth_clients DROP CONSTRAINT jwks_uri_is_https");

        await flow.Database.AddKeyClientAsync("plain", null, flow.Host.Http("/plain"));

        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, key.Assertion("plain")));
        Assert.Equal(0, flow.Host.Requests("/plain"));
    }

    [Fact]
    [Row("PKJ-09")]
    public async Task Redirects_are_not_followed()
    {
        using var key = await AddAsync("elsewhere");
        await flow.Database.AddKeyClientAsync("redirecting", null, flow.Host.Https("/redirecting"));
        flow.Host.Answer("/redirecting", http =>
        {
            http.Response.Redirect(flow.Host.Https("/elsewhere"));
            return Task.CompletedTask;
        });

        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, key.Assertion("redirecting")));
        Assert.Equal((1, 0), (flow.Host.Requests("/redirecting"), flow.Host.Requests("/elsewhere")));
    }

    [Theory]
    [Row("PKJ-09")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_set_of_five_megabytes_is_not_read_although_the_key_stands_in_its_beginning(bool lengthIsSaid)
    {
        var id = "large-" + (lengthIsSaid ? "said" : "unsaid");
        using var key = await AddAsync(id);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        flow.Host.Answer("/" + id, async http =>
        {
            http.RequestAborted.Register(() => closed.TrySetResult());
            if (lengthIsSaid) http.Response.ContentLength = 5 * 1024 * 1024;
            // Enough to be judged by; the rest never comes.
            await http.Response.WriteAsync(
                key.Jwks + new string(' ', lengthIsSaid ? 0 : 128 * 1024), http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });

        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, key.Assertion(id)));
        await closed.Task.WaitAsync(Soon, Ct);
        var line = Assert.Single(flow.Log.Of(1211), line => line.Contains(id, StringComparison.Ordinal));
        Assert.Contains("it is larger than 65536 bytes", line, StringComparison.Ordinal);
    }

    [Fact]
    [Row("PKJ-09")]
    public async Task A_slow_address_holds_nobody_up_for_longer_than_the_limit()
    {
        using var key = await AddAsync("slow");
        flow.Host.Answer("/slow", async http =>
        {
            await http.Response.WriteAsync("{", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        var asked = Stopwatch.StartNew();

        Assert.Equal("invalid_client", await AnswerAsync(flow.Hasty, key.Assertion("slow")));
        Assert.InRange(asked.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));

        // Whoever comes right after is not kept waiting for the same: it is not fetched for a second.
        await Eventually.BecomesTrue(async () =>
        {
            var fetches = flow.Host.Requests("/slow");
            Assert.Equal("invalid_client", await AnswerAsync(flow.Hasty, key.Assertion("slow")));
            return flow.Host.Requests("/slow") == fetches;
        }, Soon, "it is refused without a fetch");
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[]}""")]
    public async Task What_is_no_key_set_is_a_failed_authentication(string json)
    {
        var id = "odd-" + Convert.ToHexString(System.Text.Encoding.ASCII.GetBytes(json));
        using var key = await AddAsync(id);
        flow.Host.Publish("/" + id, json);
        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, key.Assertion(id)));
    }

    [Fact]
    [Row("PKJ-06")]
    [Row("PKJ-11")]
    public async Task Unknown_kids_cost_one_fetch_per_pause()
    {
        using var key = await AddAsync("flooded");
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("flooded")));
        var attempts = Enumerable.Range(0, 100)
            .Select(i => AnswerAsync(flow.Patient, key.Assertion("flooded", header: new { kid = $"random-{i}" })));

        Assert.All(await Task.WhenAll(attempts), error => Assert.Equal("invalid_client", error));
        Assert.Equal(1, flow.Host.Requests("/flooded"));

        await Eventually.BecomesTrue(
            async () =>
                await AnswerAsync(flow.Hasty, key.Assertion("flooded", header: new { kid = "random" }))
                    == "invalid_client" && flow.Host.Requests("/flooded") >= 3,
            Soon, "after the pause the set is fetched once more");
    }

    [Fact]
    [Row("PKJ-11")]
    public async Task A_new_key_counts_after_one_fetch_and_a_removed_one_stops_after_the_cache_time()
    {
        using var old = await AddAsync("renewed");
        using var next = AppKey.Create("RS256", "app-next");
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Hasty, old.Assertion("renewed")));
        flow.Host.Publish("/renewed", next.Jwks);

        await Eventually.BecomesTrue(
            async () => await AnswerAsync(flow.Hasty, next.Assertion("renewed")) == "invalid_grant",
            Soon,
            "the new key counts");

        Assert.Equal("invalid_client", await AnswerAsync(flow.Hasty, old.Assertion("renewed")));
        flow.Host.Publish("/renewed", """{"keys":[]}""");
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(flow.Hasty, next.Assertion("renewed")) == "invalid_client",
            Soon,
            "the removed key stops");
    }

    [Fact]
    [Row("PKJ-11")]
    public async Task Keys_in_the_cache_go_on_while_their_address_is_down_and_not_for_longer()
    {
        using var key = await AddAsync("down");
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("down")));
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Hasty, key.Assertion("down")));
        flow.Host.Break("/down");

        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("down")));
        Assert.Equal(
            "invalid_client", await AnswerAsync(flow.Patient, key.Assertion("down", header: new { kid = "random" })));
        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("down")));
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(flow.Hasty, key.Assertion("down")) == "invalid_client",
            Soon,
            "the cache time is over");

        flow.Host.Publish("/down", key.Jwks);
        await Eventually.BecomesTrue(
            async () => await AnswerAsync(flow.Hasty, key.Assertion("down")) == "invalid_grant",
            Soon,
            "the address is back");
    }

    [Theory]
    [Row("PKJ-06")]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("jwk")]
    [InlineData("x5c")]
    public async Task A_key_that_the_assertion_brings_along_is_not_looked_at(string header)
    {
        using var key = await AddAsync("brought-" + header);
        using var stranger = AppKey.Create("ES256", null);
        flow.Host.Publish("/stranger", stranger.Jwks);
        object value = header switch
        {
            "jwk" => System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(stranger.Jwk),
            "x5c" => new[] { Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes("certificate")) },
            _ => flow.Host.Https("/stranger"),
        };
        var before = flow.Host.Requests("/stranger");

        foreach (var kid in new[] { null, key.Id })
            Assert.Equal(
                "invalid_client",
                await AnswerAsync(
                    flow.Patient,
                    stranger.Assertion("brought-" + header, header: new Dictionary<string, object?>
                    {
                        [header] = value,
                        ["kid"] = kid,
                    })));

        Assert.Equal(before, flow.Host.Requests("/stranger"));
        Assert.Equal("invalid_grant", await AnswerAsync(
            flow.Patient,
            key.Assertion("brought-" + header, header: new Dictionary<string, object?> { [header] = value })));
    }

    [Fact]
    public async Task Keys_that_are_none_for_us_do_not_stand_in_the_way()
    {
        using var key = AppKey.Create("ES256", "signs");
        using var weak = AppKey.Create("RS256", "weak", 1024);
        using var published = AppKey.Create("ES256", "leaked");
        await flow.Database.AddKeyClientAsync("mixed", null, flow.Host.Https("/mixed"));
        flow.Host.Publish(
            "/mixed",
            $$"""
            {"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"oct","k":"AA"},7,{},{"kty":"RSA","n":1},
            {{weak.Jwk}},{{published.PrivateJwk}},{{key.Jwk}}]}
            """);

        Assert.Equal("invalid_grant", await AnswerAsync(flow.Patient, key.Assertion("mixed")));
        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, weak.Assertion("mixed")));
        Assert.Equal("invalid_client", await AnswerAsync(flow.Patient, published.Assertion("mixed")));
    }

    private static async Task<string?> AnswerAsync(TestServer server, string assertion) =>
        (await server.RefreshByAsync("unknown", assertion)).Error;

    private async Task<AppKey> AddAsync(string clientId)
    {
        var key = AppKey.Create("ES256");
        flow.Host.Publish("/" + clientId, key.Jwks);
        await flow.Database.AddKeyClientAsync(clientId, null, flow.Host.Https("/" + clientId));
        flow.Patient.Services.GetRequiredService<ClientDirectory>().DropAll();
        Ct.ThrowIfCancellationRequested();
        return key;
    }

    /// <summary>Three instances on one database, and the host of the keys.</summary>
    public sealed class Publishing : SignedInServer
    {
        private TestServer? _patient;
        private TestServer? _hasty;

        internal KeyHost Host { get; private set; } = null!;

        /// <summary>What the two others say of their fetches.</summary>
        internal RecordedLog<KeySetFetcher> Log { get; } = new();

        /// <summary>The usual times; loopback is listed as a host.</summary>
        public TestServer Patient => _patient!;

        /// <summary>Short times; loopback is listed as a network.</summary>
        public TestServer Hasty => _hasty!;

        /// <summary>Nothing is listed.</summary>
        public TestServer Guarded => Server;

        protected override TestServerOptions Options => new() { Services = services => Host.TrustedBy(services) };

        public override async ValueTask InitializeAsync()
        {
            Host = await KeyHost.StartAsync();
            await base.InitializeAsync();
            if (!IsRun) return;
            _patient = await StartAsync(new() { ["ClientKeys:AllowedHosts:0"] = "LOCALHOST" });
            _hasty = await StartAsync(new()
            {
                ["ClientKeys:AllowedNetworks:0"] = "127.0.0.0/8",
                ["ClientKeys:CacheLifetime"] = "00:00:02",
                ["ClientKeys:RefetchPause"] = "00:00:01",
                ["ClientKeys:FetchTimeout"] = "00:00:01",
            });
        }

        public override async ValueTask DisposeAsync()
        {
            if (_patient is not null) await _patient.DisposeAsync();
            if (_hasty is not null) await _hasty.DisposeAsync();
            await base.DisposeAsync();
            await Host.DisposeAsync();
        }

        private Task<TestServer> StartAsync(Dictionary<string, string?> settings) => TestServer.StartAsync(new()
        {
            Database = Database,
            Settings = settings,
            Services = services =>
            {
                Host.TrustedBy(services);
                services.AddSingleton<ILogger<KeySetFetcher>>(Log);
            },
        });
    }
}
