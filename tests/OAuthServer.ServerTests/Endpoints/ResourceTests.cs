using OAuthServer.ServerTests.Endpoints.Push;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints;

/// <summary>
/// Resource indicators (RFC 8707) from the authorization request to the refreshed token: which API, and which of its
/// scopes.
/// </summary>
public sealed class ResourceTests(ResourceServer own) : IClassFixture<ResourceServer>
{
    private const string Files = ResourceServer.Files;
    private const string Mail = ResourceServer.Mail;

    [Fact, Row("RES-01"), Row("AT-03")]
    public async Task A_resource_is_the_audience_and_the_default_one_is_it_without()
    {
        var code = await own.CodeAsync(ResourceServer.Ask("files:read", Files));
        Assert.Equal(Files, ResourceServer.AudienceOf(await own.RedeemAsync(code, Files)));
        Assert.Equal(TestServer.Issuer, ResourceServer.AudienceOf(await own.RedeemAsync(await own.CodeAsync())));
        Assert.Equal(
            TestServer.Issuer,
            ResourceServer.AudienceOf(await own.RedeemAsync(await own.CodeAsync(), TestServer.Issuer)));
        Assert.Equal(TestServer.Issuer, ResourceServer.AudienceOf(
            await own.RedeemAsync(await own.CodeAsync(ResourceServer.Ask("read", TestServer.Issuer)))));
    }

    [Theory, Row("RES-02")]
    [InlineData("/files", "resource_malformed")]
    [InlineData("files.example", "resource_malformed")]
    [InlineData("https://files.example/#part", "resource_malformed")]
    [InlineData("https://files.example/#", "resource_malformed")]
    [InlineData("https://files.example/ ", "resource_malformed")]
    [InlineData("https://fil\u00e9s.example/", "resource_malformed")]
    [InlineData("https:", "resource_malformed")]
    [InlineData("https://nobody.example/", "resource_unknown")]
    [InlineData("https://files.example.evil.example/", "resource_unknown")]
    [InlineData("http://files.example/", "resource_unknown")]
    [InlineData("https://files.example:8443/", "resource_unknown")]
    [InlineData("https://user@files.example/", "resource_unknown")]
    [InlineData(ResourceServer.Closed, "resource_not_allowed")]
    public async Task A_resource_that_cannot_be_had_is_refused_everywhere(string resource, string reason)
    {
        foreach (var resources in (string[][])[[resource], [Files, resource]])
        {
            var ask = ResourceServer.Ask("files:read", resources);
            Expect.Redirect(await own.Browser.GetAsync(ask.Path), "invalid_target", ask);
        }

        (await own.Server.PushAsync(ResourceServer.Ask("files:read", resource))).IsError("invalid_target");
        var code = await own.CodeOfBothAsync();
        (await own.RedeemAsync(code, resource)).IsError("invalid_target");
        var tokens = (await own.RedeemAsync(code, Files)).IsTokens();
        (await own.RefreshAsync(tokens.RefreshToken, resource)).IsError("invalid_target");
        (await own.RefreshAsync(tokens.RefreshToken, Files)).IsTokens();
        Assert.Equal(
            4,
            await own.Database.ScalarAsync<long>(
                "SELECT count(*) FROM (SELECT reason FROM oauth_audit_events WHERE event "
                    + "IN ('authorization_refused', 'token_refused', 'push_refused') ORDER BY id DESC LIMIT 4) AS last "
                    + "WHERE reason = $1",
                reason));
    }

    [Fact, Row("RES-03")]
    public async Task A_resource_may_be_repeated_and_counts_once()
    {
        var code = await own.CodeAsync(
            ResourceServer.Ask(ResourceServer.Both, Files, Mail, Files, "HTTPS://FILES.EXAMPLE/"));

        var first = await own.RedeemAsync(code, Files, Files);
        Assert.Equal(Files, ResourceServer.AudienceOf(first));
        var second = await own.RefreshAsync(first.RefreshToken, Mail, "https://mail.example/v1");
        Assert.Equal(Mail, ResourceServer.AudienceOf(second));

        Assert.Equal(2, await own.Database.ScalarAsync<int>(
            "SELECT cardinality(resources) FROM oauth_refresh_tokens ORDER BY created_at DESC LIMIT 1"));
    }

    [Fact, Row("RES-01"), Row("RES-03")]
    public async Task A_pushed_request_names_its_APIs_as_well()
    {
        var pushed = (await own.Server.PushAsync(ResourceServer.Ask("files:read mail.read", Files, Mail, Files)))
            .RequestUri();

        var code = (await own.Browser.VisitAsync(pushed)).Code!;

        (await own.RedeemAsync(code)).IsError("invalid_target");
        Assert.Equal(Mail, ResourceServer.AudienceOf(await own.RedeemAsync(code, Mail)));
    }

    [Fact, Row("RES-04")]
    public async Task A_token_request_cannot_go_beyond_the_grant_and_uses_nothing_up()
    {
        // Scopes that the other API has too: only the resource stands in the way.
        var code = await own.CodeAsync(ResourceServer.Ask("find", Files));
        foreach (var resource in (string[])[Mail, TestServer.Issuer])
            (await own.RedeemAsync(code, resource)).IsError("invalid_target");
        var tokens = (await own.RedeemAsync(code, Files)).IsTokens();
        foreach (var resource in (string[])[Mail, TestServer.Issuer])
            (await own.RefreshAsync(tokens.RefreshToken, resource)).IsError("invalid_target");
        (await own.RefreshAsync(tokens.RefreshToken, Files)).IsTokens();

        var usual = await own.CodeAsync(new AuthorizationAsk().With("scope", "read"));
        foreach (var resource in (string[])[Mail, Files])
            (await own.RedeemAsync(usual, resource)).IsError("invalid_target");
        var first = (await own.RedeemAsync(usual)).IsTokens();
        foreach (var resource in (string[])[Mail, Files])
            (await own.RefreshAsync(first.RefreshToken, resource)).IsError("invalid_target");
        (await own.RefreshAsync(first.RefreshToken, TestServer.Issuer)).IsTokens();
    }

    [Fact, Row("RES-05")]
    public async Task The_scope_is_that_of_the_API_alone()
    {
        var files = (await own.RedeemAsync(await own.CodeOfBothAsync(), Files)).IsTokens();
        Assert.Equal("files:read files:write find", files.Scope);
        Assert.Equal(
            "files:read files:write find",
            new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(files.AccessToken).GetPayloadValue<string>("scope"));
        var mail = (await own.RefreshAsync(files.RefreshToken, Mail)).IsTokens();
        Assert.Equal("mail.read find read", mail.Scope);
        // Asking for a scope narrows further; one of the other API alone leaves nothing.
        var narrow = (await own.RefreshAsync(mail.RefreshToken, "find files:read", [Mail])).IsTokens();
        Assert.Equal("find", narrow.Scope);
        (await own.RefreshAsync(narrow.RefreshToken, "files:read", [Mail])).IsError("invalid_scope");
        Assert.Equal(
            "files:read", (await own.RefreshAsync(narrow.RefreshToken, "files:read", [Files])).IsTokens().Scope);
    }

    [Theory, Row("RES-05")]
    [InlineData("read", new[] { Files }, "invalid_scope")]
    [InlineData("files:read", new[] { Mail }, "invalid_scope")]
    [InlineData("files:read", new[] { Files, Mail }, "invalid_scope")]
    [InlineData("files:read", new string[0], "invalid_scope")]
    [InlineData(null, new[] { Files }, "invalid_scope")]
    [InlineData("files:read find", new[] { Files, Mail }, null)]
    [InlineData(null, new[] { Mail }, null)]
    public async Task A_scope_is_asked_of_an_API_that_has_it(string? scope, string[] resources, string? error)
    {
        var ask = ResourceServer.Ask(scope, resources);
        using var answer = await own.Browser.GetAsync(ask.Path);
        if (error is not null) Expect.Redirect(answer, error, ask);
        else
            Assert.DoesNotContain(
                "error=", answer.Headers.Location?.OriginalString ?? string.Empty, StringComparison.Ordinal);
    }

    [Fact, Row("RES-05")]
    public async Task Without_a_scope_the_defaults_of_the_client_count_as_far_as_they_are_of_the_API()
    {
        await own.AddClientAsync("defaulting");
        await own.Database.ExecuteAsync(
            "UPDATE oauth_clients SET allowed_scopes = '{read,write,find}', default_scopes = '{read,find}', "
                + "allowed_resources = ARRAY[$1] WHERE client_id = 'defaulting'",
            Files);
        var ask = ResourceServer.Ask(null, Files).With("client_id", "defaulting");

        Assert.NotNull((await own.Browser.AuthorizeAsync(ask)).Code);

        Assert.Equal("find", await own.Database.ScalarAsync<string>(
            "SELECT scope FROM oauth_authorization_codes WHERE client_id = 'defaulting'"));
    }

    [Theory, Row("RES-06")]
    [InlineData("https://files.example", "https://files.example/", Files)]
    [InlineData("https://files.example/", "https://files.example", Files)]
    [InlineData("HTTPS://FILES.example", "https://files.EXAMPLE:443/", Files)]
    [InlineData("https://mail.example/v1", "HTTPS://MAIL.EXAMPLE/v1", Mail)]
    [InlineData("https://mail.example:443/v1", "https://mail.example/v1", Mail)]
    public async Task Spellings_of_one_identifier_are_the_same_and_the_audience_has_the_registered_one(
        string asked, string named, string audience)
    {
        var scope = audience == Files ? "files:read" : "mail.read";
        var tokens = await own.RedeemAsync(await own.CodeAsync(ResourceServer.Ask(scope, asked)), named);
        Assert.Equal(audience, ResourceServer.AudienceOf(tokens));
        Assert.Equal(audience, ResourceServer.AudienceOf(await own.RefreshAsync(tokens.RefreshToken, asked)));
    }

    [Theory, Row("RES-06")]
    [InlineData("https://files.example/other")]
    [InlineData("https://files.example/?x=y")]
    [InlineData("https://mail.example/v1/")]
    [InlineData("https://mail.example/V1")]
    [InlineData("https://mail.example/")]
    [InlineData("https://mail.example/v1?")]
    public async Task Another_path_is_another_resource(string resource)
    {
        var ask = ResourceServer.Ask("find", resource);
        Expect.Redirect(await own.Browser.GetAsync(ask.Path), "invalid_target", ask);
        var code = await own.CodeOfBothAsync();
        (await own.RedeemAsync(code, resource)).IsError("invalid_target");
        (await own.RedeemAsync(code, Mail)).IsTokens();
    }

    [Fact, Row("RES-07")]
    public async Task One_access_token_is_for_one_API()
    {
        var code = await own.CodeOfBothAsync();
        (await own.RedeemAsync(code)).IsError("invalid_target");
        (await own.RedeemAsync(code, Files, Mail)).IsError("invalid_target");
        var tokens = await own.RedeemAsync(code, Files);
        Assert.Equal(Files, ResourceServer.AudienceOf(tokens));
        (await own.RefreshAsync(tokens.RefreshToken)).IsError("invalid_target");
        (await own.RefreshAsync(tokens.RefreshToken, Files, Mail)).IsError("invalid_target");
        // Not rotated: the same token still buys.
        Assert.Equal(Mail, ResourceServer.AudienceOf(await own.RefreshAsync(tokens.RefreshToken, Mail)));

        var one = await own.RedeemAsync(await own.CodeAsync(ResourceServer.Ask("files:read", Files)));
        Assert.Equal(Files, ResourceServer.AudienceOf(one));
        Assert.Equal(Files, ResourceServer.AudienceOf(await own.RefreshAsync(one.RefreshToken)));
    }

    [Fact, Row("RES-08")]
    public async Task A_narrower_refresh_does_not_shrink_the_grant()
    {
        var tokens = (await own.RedeemAsync(await own.CodeOfBothAsync(), Mail)).IsTokens();
        foreach (var resource in (string[])[Files, Mail, Files])
        {
            tokens = await own.RefreshAsync(tokens.RefreshToken, resource);
            Assert.Equal(resource, ResourceServer.AudienceOf(tokens));
        }

        Assert.Equal("files:read files:write find", tokens.Scope);
    }

    [Fact, Row("REF-14")]
    public async Task A_retry_that_asks_for_something_else_is_refused_and_costs_nothing()
    {
        var first = (await own.RedeemAsync(await own.CodeOfBothAsync(), Mail)).IsTokens();
        var second = (await own.RefreshAsync(first.RefreshToken, "find files:read", [Files])).IsTokens();

        foreach (var (scope, resource) in ((string?, string)[])[
            ("find", Files), (null, Files), ("files:read", Files), ("find files:read", Mail),
        ])
        {
            (await own.RefreshAsync(first.RefreshToken, scope, [resource])).IsError("invalid_grant");
        }

        var again = (await own.RefreshAsync(first.RefreshToken, "files:read find", [Files])).IsTokens();
        Assert.Equal((second.RefreshToken, "files:read find"), (again.RefreshToken, again.Scope));
        Assert.Equal(Files, ResourceServer.AudienceOf(again));
        Assert.Equal(Mail, ResourceServer.AudienceOf(await own.RefreshAsync(second.RefreshToken, Mail)));
        Assert.Equal(4, await own.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE reason = 'refresh_repeat_differs'"));
    }

    [Fact, Row("REF-14")]
    public async Task A_retry_may_name_the_one_API_there_is_or_leave_it_out()
    {
        var first = (await own.RedeemAsync(await own.CodeAsync(ResourceServer.Ask("files:read", Files)))).IsTokens();
        var second = (await own.RefreshAsync(first.RefreshToken)).IsTokens();
        Assert.Equal(second.RefreshToken, (await own.RefreshAsync(first.RefreshToken, Files)).IsTokens().RefreshToken);
    }
}
