using System.Text.Json.Nodes;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>
/// Genuine signatures over claims that are not for this API, not now, or not well typed (RFC 9068 §4).
/// </summary>
public sealed class ClaimTests : IAsyncLifetime
{
    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [Row("RS-06")]
    [InlineData(60, 59.9, true)]
    [InlineData(60, 60, false)]
    [InlineData(60, 61, false)]
    [InlineData(10, 9, true)]
    [InlineData(10, 11, false)]
    [InlineData(0, -0.1, true)]
    [InlineData(0, 0, false)]
    [InlineData(60, 100_000, false)]
    public async Task A_token_expires_when_the_skew_is_used_up(int skew, double secondsAfterExpiry, bool accepted)
    {
        await using var api = await TestApi.StartAsync(options => options.ClockSkew = TimeSpan.FromSeconds(skew));
        var token = api.Token();
        api.Clock.Advance(TimeSpan.FromSeconds(900 + secondsAfterExpiry));
        var reply = await api.GetAsync(token);
        if (accepted) Expect.Ok(reply);
        else Expect.TokenExpired(reply);
    }

    [Fact]
    [Row("RS-06")]
    [Row("RS-07")]
    public async Task Only_a_genuine_token_learns_that_it_expired()
    {
        var token = _api.Token();
        _api.Clock.Advance(TimeSpan.FromHours(1));
        Expect.InvalidToken(await _api.GetAsync(token[..^8] + "AAAAAAAA"));
        Expect.TokenExpired(await _api.GetAsync(token));
    }

    [Fact]
    [Row("RS-10")]
    public async Task The_issuer_must_match_character_by_character()
    {
        var url = _api.Issuer.Url;
        foreach (var issuer in new[]
        {
            url + "/",
            url.ToUpperInvariant(),
            url.Replace("http:", "https:", StringComparison.Ordinal),
            url + "/tenant",
            "https://other.example",
            url[..^1],
            "",
        })
        {
            Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["iss"] = issuer)));
        }

        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload.Remove("iss"))));
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["iss"] = new JsonArray(url))));
    }

    [Theory]
    [Row("RS-11")]
    [Row("AT-03")]
    [InlineData("\"https://other.example\"")]
    [InlineData("\"https://api.example/v1\"")]
    [InlineData("\"https://api.example/v1/x/\"")]
    [InlineData("\"https://API.example/v1/x\"")]
    [InlineData("\"https://api.example/v1/x/y\"")]
    [InlineData("\"client-1\"")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("[\"https://other.example\"]")]
    [InlineData("[\"https://api.example/v1/x\",1]")]
    [InlineData("[[\"https://api.example/v1/x\"]]")]
    [InlineData("{\"https://api.example/v1/x\":1}")]
    [InlineData("null")]
    [InlineData("true")]
    public async Task A_token_for_another_resource_is_refused(string audience) =>
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload["aud"] = JsonNode.Parse(audience))));

    [Theory]
    [Row("RS-11")]
    [Row("AT-03")]
    [InlineData("\"https://api.example/v1/x\"")]
    [InlineData("[\"https://api.example/v1/x\"]")]
    [InlineData("[\"https://other.example\",\"https://api.example/v1/x\"]")]
    public async Task A_token_for_this_resource_is_accepted(string audience) =>
        Expect.Ok(await _api.GetAsync(_api.Token(payload => payload["aud"] = JsonNode.Parse(audience))));

    [Theory]
    [Row("RS-12")]
    [InlineData("iss")]
    [InlineData("sub")]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("iat")]
    [InlineData("jti")]
    [InlineData("client_id")]
    public async Task A_required_claim_must_be_there_and_be_of_its_type(string name)
    {
        Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload.Remove(name))));
        foreach (var value in new[] { "null", "true", "{}", "[]", "\"\"", "[1]" })
            Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload[name] = JsonNode.Parse(value))));
        if (name is not ("exp" or "iat"))
            Expect.InvalidToken(await _api.GetAsync(_api.Token(payload => payload[name] = 1)));
    }

    [Theory]
    [Row("RS-12")]
    [InlineData("exp", "\"1900000000\"")]
    [InlineData("exp", "1e300")]
    [InlineData("exp", "1e400")]
    [InlineData("exp", "99999999999999999999999999999")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "253402300800")]
    [InlineData("exp", "99999999999")]
    [InlineData("exp", "-1")]
    [InlineData("iat", "\"1\"")]
    [InlineData("iat", "1e300")]
    [InlineData("iat", "-1")]
    [InlineData("nbf", "\"1\"")]
    [InlineData("nbf", "1e300")]
    [InlineData("nbf", "null")]
    [InlineData("scope", "[\"read\"]")]
    [InlineData("scope", "null")]
    [InlineData("scope", "1")]
    [InlineData("cnf", "{\"jkt\":\"x\"}")]
    public async Task A_claim_of_another_type_or_beyond_all_dates_is_refused(string name, string value)
    {
        var json = JsonNode.Parse(_api.Payload().ToJsonString())!.AsObject();
        json.Remove(name);
        var payload = json.ToJsonString()[..^1] + $",\"{name}\":{value}}}";
        Expect.InvalidToken(await _api.GetAsync(_api.Issuer.Key.Sign(_api.Header().ToJsonString(), payload)));
    }

    [Theory]
    [Row("RS-12")]
    [InlineData("iat", 60, true)]
    [InlineData("iat", 61, false)]
    [InlineData("nbf", 60, true)]
    [InlineData("nbf", 61, false)]
    [InlineData("nbf", 800, false)]
    public async Task A_token_from_the_future_is_refused_beyond_the_skew(string name, int secondsAhead, bool accepted)
    {
        var reply = await _api.GetAsync(_api.Token(payload => payload[name] = _api.Now + secondsAhead));
        if (accepted) Expect.Ok(reply);
        else Expect.InvalidToken(reply);
    }

    [Fact]
    [Row("RS-12")]
    public async Task Dates_may_have_fractions() =>
        Expect.Ok(await _api.GetAsync(_api.Token(payload =>
        {
            payload["exp"] = _api.Now + 899.5;
            payload["iat"] = _api.Now - 0.5;
        })));

    [Theory]
    [Row("RS-16")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("readonly")]
    [InlineData("Read")]
    [InlineData("READ")]
    [InlineData("write")]
    [InlineData("rea d")]
    [InlineData("read\twrite")]
    [InlineData("write,read")]
    public async Task A_token_without_the_scope_is_forbidden(string? scope)
    {
        var token = _api.Token(payload =>
        {
            payload.Remove("scope");
            if (scope is not null) payload["scope"] = scope;
        });
        Expect.InsufficientScope(await _api.GetAsync(token), "read");
    }

    [Fact]
    [Row("RS-16")]
    public async Task The_scopes_of_a_group_and_its_endpoint_add_up_and_are_all_named()
    {
        Expect.InsufficientScope(await _api.GetAsync(_api.Token(), "/admin/read"), "admin read");
        Expect.InsufficientScope(
            await _api.GetAsync(_api.Token(payload => payload["scope"] = "admin"), "/admin/read"), "admin read");
        Expect.Ok(await _api.GetAsync(_api.Token(payload => payload["scope"] = "x read admin"), "/admin/read"));
    }
}
