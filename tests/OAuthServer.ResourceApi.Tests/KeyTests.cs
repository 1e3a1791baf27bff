using System.Text.Json.Nodes;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Which keys are believed, how often they are fetched, and what happens while they cannot be.</summary>
public sealed class KeyTests : IAsyncLifetime
{
    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    [Row("RS-13")]
    [Row("KEY-03")]
    public async Task A_token_of_a_just_rotated_key_is_accepted_after_one_fetch()
    {
        var old = _api.Token();
        Expect.Ok(await _api.GetAsync(old));
        Assert.Equal(1, _api.Issuer.Count("/keys"));
        _api.Issuer.Rotate("key-2");
        Expect.Ok(await _api.GetAsync(_api.Token()));
        Assert.Equal(2, _api.Issuer.Count("/keys"));
        Expect.Ok(await _api.GetAsync(old));
        Expect.Ok(await _api.GetAsync(_api.Token()));
        Assert.Equal(2, _api.Issuer.Count("/keys"));
    }

    [Fact]
    [Row("RS-13")]
    public async Task A_hundred_unknown_keys_cost_one_fetch_for_each_cool_down()
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        for (var round = 1; round <= 2; round++)
        {
            var replies = await Task.WhenAll(
                Enumerable.Range(0, 100)
                    .Select(i => _api.GetAsync(_api.Token(header: header => header["kid"] = $"unknown-{i}"))));
            Assert.All(replies, Expect.InvalidToken);
            Assert.Equal(1 + round, _api.Issuer.Count("/keys"));
            _api.Clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    [Row("RS-13")]
    public async Task A_hundred_first_requests_at_once_share_one_fetch()
    {
        var token = _api.Token();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _api.GetAsync(token))), Expect.Ok);
        Assert.Equal(1, _api.Issuer.Count("/keys"));
        Assert.Equal(1, _api.Issuer.Count("/.well-known"));
    }

    [Theory]
    [Row("RS-13")]
    [Row("AT-01")]
    [InlineData(null)]
    [InlineData("\"\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"key-1\"]")]
    public async Task A_token_that_names_no_key_is_refused(string? kid)
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        var token = _api.Token(header: header =>
        {
            header.Remove("kid");
            if (kid is not null) header["kid"] = JsonNode.Parse(kid);
        });
        Expect.InvalidToken(await _api.GetAsync(token));
        Assert.Equal(1, _api.Issuer.Count("/keys"));
    }

    [Fact]
    [Row("RS-13")]
    public async Task Cached_keys_keep_working_and_unknown_ones_stay_out_while_the_server_is_away()
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        await _api.Issuer.GoAwayAsync();
        foreach (var pause in new[] { 0, 6, 60, 60 * 24 })
        {
            _api.Clock.Advance(TimeSpan.FromMinutes(pause));
            Expect.Ok(await _api.GetAsync(_api.Token()));
            Expect.InvalidToken(
                await _api.GetAsync(_api.Token(key: new SigningKey("new"), header: header => header["kid"] = "new")));
        }
    }

    [Fact]
    [Row("RS-13")]
    public async Task A_withdrawn_key_stops_working_once_the_keys_are_renewed()
    {
        var old = _api.Token(payload => payload["exp"] = _api.Now + 3600);
        Expect.Ok(await _api.GetAsync(old));
        _api.Issuer.Rotate("key-2");
        _api.Issuer.Published.RemoveAt(0);
        _api.Clock.Advance(TimeSpan.FromMinutes(4));
        Expect.Ok(await _api.GetAsync(old));
        _api.Clock.Advance(TimeSpan.FromMinutes(6));
        Expect.InvalidToken(await _api.GetAsync(old));
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    [Fact]
    [Row("RS-13")]
    public async Task Ageing_keys_are_renewed_without_holding_up_the_request()
    {
        Expect.Ok(await _api.GetAsync(_api.Token()));
        _api.Clock.Advance(TimeSpan.FromMinutes(5));
        Expect.Ok(await _api.GetAsync(_api.Token()));
        await Eventually(() => _api.Issuer.Count("/keys") == 2);
    }

    [Fact]
    public async Task An_api_that_starts_before_its_server_answers_503_and_recovers_by_itself()
    {
        var issuer = await Issuer.StartAsync();
        await issuer.GoAwayAsync();
        await using var api = await TestApi.StartAsync(issuer: issuer);
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Expect.MissingToken(await api.GetAsync(null));
        Expect.InvalidToken(await api.GetAsync("abc"));
        await issuer.ComeBackAsync();
        api.Clock.Advance(TimeSpan.FromSeconds(1));
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Theory]
    [InlineData("metadata")]
    [InlineData("jwks")]
    public async Task Without_any_key_nobody_is_let_in(string broken)
    {
        _api.Issuer.Broken[broken] = true;
        Expect.Unavailable(await _api.GetAsync(_api.Token()));
        Expect.Unavailable(await _api.GetAsync(_api.Token(key: new SigningKey("x"))));
        _api.Issuer.Broken.Clear();
        _api.Clock.Advance(TimeSpan.FromSeconds(1));
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    [Fact]
    [Row("RS-10")]
    public async Task Metadata_of_another_issuer_or_with_an_unsafe_key_address_is_not_used()
    {
        var url = _api.Issuer.Url;
        Action<JsonObject>[] changes =
        [
            metadata => metadata["issuer"] = url + "/", metadata => metadata["issuer"] = "https://other.example",
            metadata => metadata.Remove("issuer"),
            metadata => metadata["jwks_uri"] = "http://keys.example/keys", metadata => metadata["jwks_uri"] = "/keys",
            metadata => metadata["jwks_uri"] = "file:///etc/passwd",
            metadata => metadata["jwks_uri"] = 1, metadata => metadata.Remove("jwks_uri"),
            metadata => metadata["jwks_uri"] = url + "/nowhere",
        ];
        foreach (var change in changes)
        {
            _api.Issuer.Metadata = change;
            Expect.Unavailable(await _api.GetAsync(_api.Token()));
            _api.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        _api.Issuer.Metadata = _ => { };
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    [Fact]
    public async Task An_issuer_with_a_path_has_its_metadata_by_path_insertion()
    {
        await using var api = await TestApi.StartAsync(issuer: await Issuer.StartAsync("/tenant1"));
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(["/.well-known/oauth-authorization-server/tenant1", "/keys"], api.Issuer.Requests);
    }

    [Fact]
    [Row("RS-13")]
    public async Task Keys_of_other_kinds_and_short_keys_are_left_out()
    {
        JsonObject Changed(Action<JsonObject> change)
        {
            var key = _api.Issuer.Key.ToJwk();
            change(key);
            return key;
        }

        JsonNode?[] unusable =
        [
            new SigningKey("key-1", 1024).ToJwk(), Changed(key => key["use"] = "enc"),
            Changed(key => key["alg"] = "PS256"), Changed(key => key["kty"] = "oct"),
            Changed(key => key["n"] = "!"), Changed(key => key.Remove("e")), Changed(key => key.Remove("kid")),
            Changed(key => key["e"] = ""), JsonValue.Create(1), null,
        ];
        foreach (var text in unusable.Select(key => new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString())
            .Concat(["", "[]", "{}", """{"keys":1}""", new string(' ', 300_000)]))
        {
            _api.Issuer.JwksText = text;
            Expect.Unavailable(await _api.GetAsync(_api.Token()));
            _api.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        _api.Issuer.JwksText = new JsonObject
        {
            ["keys"] = new JsonArray(
                Changed(key => key["kid"] = "ec"), null, _api.Issuer.Key.ToJwk(), Changed(key => key["kty"] = "EC")),
        }.ToJsonString();
        Expect.Ok(await _api.GetAsync(_api.Token()));
    }

    private static async Task Eventually(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition()) await Task.Delay(10, deadline.Token);
    }
}
