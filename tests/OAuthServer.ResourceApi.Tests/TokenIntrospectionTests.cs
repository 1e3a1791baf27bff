using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>
/// Introspection by an API: what is asked, of which tokens, as whom, and that no answer but a yes lets anybody in.
/// </summary>
public sealed class TokenIntrospectionTests
{
    private const string Secret = "p:w+d%2 &=é";

    [Fact]
    public async Task The_server_decides_at_every_request_whether_a_token_is_still_good()
    {
        await using var api = await StartAsync();
        var (token, other) = (api.Token(), api.Token(payload => payload["jti"] = "another"));
        Expect.Ok(await api.GetAsync(token));
        api.Issuer.Inactive[token] = true;
        Expect.InvalidToken(await api.GetAsync(token));
        Expect.Ok(await api.GetAsync(other));
        api.Issuer.Inactive.Clear();
        Expect.Ok(await api.GetAsync(token));
        Assert.Equal([token, token, other, token], api.Issuer.Questions.Select(question => question.Form["token"]));
    }

    [Fact]
    public async Task The_question_is_a_form_with_the_credentials_in_two_encoded_halves()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        Expect.Ok(await api.GetAsync(token));
        var question = Assert.Single(api.Issuer.Questions);
        Assert.Equal(
            new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" }, question.Form);
        Assert.Equal("application/json", question.Accept);
        Assert.StartsWith("Basic ", question.Authorization, StringComparison.Ordinal);
        var halves = Encoding.ASCII.GetString(Convert.FromBase64String(question.Authorization["Basic ".Length..]))
            .Split(':');
        Assert.Equal(["notes:api", Secret], halves.Select(WebUtility.UrlDecode));
    }

    [Fact]
    public async Task The_address_is_the_one_of_the_metadata()
    {
        await using var api = await StartAsync(issuer: await Issuer.StartAsync("/tenant1"));
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Equal(1, api.Issuer.Count("/tenant1/oauth/introspect"));
    }

    [Fact]
    public async Task Without_the_option_nobody_is_asked()
    {
        await using var api = await TestApi.StartAsync();
        api.Issuer.Inactive[api.Token()] = true;
        Expect.Ok(await api.GetAsync(api.Token()));
        Assert.Empty(api.Issuer.Questions);
    }

    [Fact]
    public async Task What_the_offline_checks_refuse_is_asked_about_nowhere()
    {
        await using var api = await StartAsync();
        string[] tokens =
        [
            "2YotnFZFEjr1zCsicMWpAA", // opaque
            "a.b.c",
            api.Token(payload => payload["aud"] = "https://other.example"),
            api.Token(payload => payload["iss"] = "https://other.example"),
            api.Token(payload => payload["nbf"] = api.Now + 90),
            api.Token(header: header => header["typ"] = "JWT"),
            api.Token(key: new SigningKey(api.Issuer.Key.Kid)),
        ];
        foreach (var token in tokens) Expect.InvalidToken(await api.GetAsync(token));
        Expect.TokenExpired(await api.GetAsync(api.Token(payload => payload["exp"] = api.Now - 60)));
        Expect.MissingToken(await api.GetAsync(null));
        Assert.Empty(api.Issuer.Questions);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Another_status_is_no_answer(int status)
    {
        await using var api = await StartAsync();
        Expect.Ok(await api.GetAsync(api.Token()));
        Answer(api, Results.Text("""{"active":true}""", "application/json", statusCode: status));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        api.Issuer.IntrospectionAnswer = null;
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var api = await StartAsync();
        Answer(api, Results.Redirect("/keys", preserveMethod: true));
        var keys = api.Issuer.Count("/keys");
        Expect.Unavailable(await api.GetAsync(api.Token()));
        // the fetch of the keys themselves
        Assert.Equal((1, keys + 1), (api.Issuer.Questions.Count, api.Issuer.Count("/keys")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"active":"true"}""")]
    [InlineData("""{"active":1}""")]
    [InlineData("""{"active":null}""")]
    [InlineData("""{"Active":true}""")]
    [InlineData("""{"active":false,"active":true}""")]
    [InlineData("""{"active":true""")]
    [InlineData("eyJ0eXAiOiJ0b2tlbi1pbnRyb3NwZWN0aW9uK2p3dCJ9.e30.c2ln")]
    public async Task An_answer_that_says_neither_yes_nor_no_is_none(string body)
    {
        await using var api = await StartAsync();
        Answer(api, Results.Text(body, "application/json"));
        Expect.Unavailable(await api.GetAsync(api.Token()));
    }

    [Theory]
    [InlineData(65_536, true)]
    [InlineData(65_537, false)]
    public async Task An_answer_of_more_than_64_KiB_is_not_read(int length, bool isRead)
    {
        await using var api = await StartAsync();
        Answer(api, Results.Text("""{"active":true}""".PadRight(length), "application/json"));
        var reply = await api.GetAsync(api.Token());
        if (isRead) Expect.Ok(reply);
        else Expect.Unavailable(reply);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_not_waited_for()
    {
        await using var api = await StartAsync(all => all.BackchannelTimeout = TimeSpan.FromSeconds(1));
        Expect.Ok(await api.GetAsync(api.Token()));
        api.Issuer.IntrospectionAnswer = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return null;
        };
        var reply = api.GetAsync(api.Token());
        Expect.Unavailable(await reply.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task While_the_server_is_away_nobody_is_let_in_and_afterwards_at_once()
    {
        await using var api = await StartAsync();
        Expect.Ok(await api.GetAsync(api.Token()));
        await api.Issuer.GoAwayAsync();
        for (var i = 0; i < 3; i++) Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Single(
            Warnings(api),
            line => line.Contains(
                $"{api.Issuer.Url} could not be asked about an access token: no complete answer came",
                StringComparison.Ordinal));
        await api.Issuer.ComeBackAsync();
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/oauth/introspect")]
    [InlineData("http://api.example/introspect")]
    [InlineData("ftp://127.0.0.1/introspect")]
    [InlineData("https://user:x@127.0.0.1/introspect")]
    public async Task Without_an_address_that_is_safe_nothing_is_sent(string? address)
    {
        await using var api = await StartAsync();
        api.Issuer.Metadata = metadata => metadata["introspection_endpoint"] = address;
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Empty(api.Issuer.Questions);
        Assert.Single(
            Warnings(api),
            line => line.Contains("the metadata has no usable introspection_endpoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wrong_credentials_are_told_to_the_operator_once_and_not_tried_again_at_once()
    {
        await using var api = await StartAsync();
        Answer(api, Results.StatusCode(401));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        api.Clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Single(api.Issuer.Questions);
        var told = Assert.Single(
            api.Log.Lines,
            line => line.StartsWith("Error OAuthServer.ResourceApi.TokenIntrospection: ", StringComparison.Ordinal));
        Assert.Contains($"{api.Issuer.Url} did not accept the client notes:api", told, StringComparison.Ordinal);
        Assert.Empty(Warnings(api));

        api.Clock.Advance(TimeSpan.FromMilliseconds(1));
        api.Issuer.IntrospectionAnswer = null;
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Fact]
    public async Task A_server_that_wants_fewer_questions_is_left_alone_for_a_while()
    {
        await using var api = await StartAsync();
        Answer(api, Results.StatusCode(429));
        for (var i = 0; i < 3; i++) Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Single(api.Issuer.Questions);
        Assert.Single(Warnings(api), line => line.Contains("the answer has status 429", StringComparison.Ordinal));
        api.Clock.Advance(TimeSpan.FromSeconds(5));
        Expect.Unavailable(await api.GetAsync(api.Token()));
        Assert.Equal(2, api.Issuer.Questions.Count);
        Assert.Equal(2, Warnings(api).Count());
    }

    [Fact]
    public async Task Neither_the_token_nor_the_secret_is_in_the_log()
    {
        await using var api = await StartAsync();
        var token = api.Token();
        Expect.Ok(await api.GetAsync(token));
        foreach (var status in new[] { 401, 500 })
        {
            api.Clock.Advance(TimeSpan.FromSeconds(5));
            Answer(api, Results.StatusCode(status));
            Expect.Unavailable(await api.GetAsync(token));
        }

        var sent = api.Issuer.Questions.First().Authorization["Basic ".Length..];
        string[] hidden = [Secret, Uri.EscapeDataString(Secret), sent, token.Split('.')[2]];
        foreach (var text in hidden)
            Assert.DoesNotContain(api.Log.Lines, line => line.Contains(text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Warnings(TestApi api) =>
        api.Log.Lines.Where(
            line => line.StartsWith("Warning OAuthServer.ResourceApi.TokenIntrospection: ", StringComparison.Ordinal));

    private static void Answer(TestApi api, IResult result) =>
        api.Issuer.IntrospectionAnswer = _ => Task.FromResult<IResult?>(result);

    private static Task<TestApi> StartAsync(Action<OAuthBearerOptions>? configure = null, Issuer? issuer = null) =>
        TestApi.StartAsync(
            options =>
            {
                options.Introspection = new IntrospectionOptions { ClientId = "notes:api", ClientSecret = Secret };
                configure?.Invoke(options);
            },
            issuer: issuer);
}
