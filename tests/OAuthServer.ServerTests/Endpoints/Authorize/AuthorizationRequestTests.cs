using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Authorize;

/// <summary>
/// Faults of an authorization request whose redirect target is trusted: the client hears of them (RFC 6749 §4.1.2.1).
/// </summary>
[JudgesDeployment]
[Collection(SharedServer.Name)]
public sealed class AuthorizationRequestTests(SharedServer shared)
{
    [Theory]
    [Row("AUTHR-01")]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_missing_response_type_is_reported(string? value) =>
        await RefusedAsync(new AuthorizationAsk().With("response_type", value), "invalid_request");

    [Theory]
    [Row("AUTHR-02")]
    [InlineData("token")]
    [InlineData("id_token")]
    [InlineData("code token")]
    [InlineData("token code")]
    [InlineData("code id_token")]
    [InlineData("none")]
    [InlineData("Code")]
    [InlineData("CODE")]
    [InlineData("code ")]
    [InlineData("foo")]
    public async Task An_unsupported_response_type_is_reported_in_the_query(string value)
    {
        var answer = await RefusedAsync(
            new AuthorizationAsk().With("response_type", value), "unsupported_response_type");
        Assert.DoesNotContain("token=", answer.Location, StringComparison.Ordinal);
    }

    [Fact]
    [Row("AUTHR-03")]
    public async Task A_client_without_the_code_grant_is_told_so() =>
        await RefusedAsync(
            AuthorizationAsk.For(SharedServer.NoCodesClient, TestData.WebRedirectUri), "unauthorized_client");

    [Theory]
    [Row("AUTHR-04")]
    [InlineData("response_type", "code")]
    [InlineData("response_type", "token")]
    [InlineData("response_type", "")]
    [InlineData("scope", "read")]
    [InlineData("scope", "write")]
    [InlineData("code_challenge", AuthorizationAsk.Challenge)]
    [InlineData("code_challenge", "")]
    [InlineData("code_challenge_method", "S256")]
    [InlineData("code_challenge_method", "plain")]
    public async Task A_repeated_parameter_is_reported(string name, string second) =>
        await RefusedAsync(new AuthorizationAsk().Adding(name, second), "invalid_request");

    [Theory]
    [Row("AUTHR-04")]
    [InlineData("query", "query")]
    [InlineData("query", "fragment")]
    public async Task A_repeated_response_mode_is_reported(string first, string second) =>
        await RefusedAsync(
            new AuthorizationAsk().Adding("response_mode", first).Adding("response_mode", second), "invalid_request");

    [Theory]
    [Row("AUTHR-04")]
    [InlineData("a", "b")]
    [InlineData("a", "a")]
    [InlineData("a", "")]
    [InlineData("", "a")]
    public async Task A_repeated_state_is_reported_and_not_echoed(string first, string second)
    {
        var ask = new AuthorizationAsk().With("state", first).Adding("state", second);
        using var response = await shared.OpenAsync(ask);
        Expect.Redirect(response, "invalid_request", ask, state: null);
    }

    [Fact]
    [Row("AUTHR-05")]
    public async Task An_empty_state_is_no_state()
    {
        var ask = new AuthorizationAsk().With("state", "");
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask, state: null);
    }

    [Fact]
    [Row("AUTHR-05")]
    public async Task An_empty_scope_is_the_default_scope()
    {
        var code = await shared.CodeAsync(new AuthorizationAsk().With("scope", ""));
        Assert.Equal("read", (await shared.Server.RedeemAsync(code)).Scope);
    }

    [Fact]
    [Row("AUTHR-05")]
    public async Task An_empty_challenge_is_a_missing_one() =>
        await RefusedAsync(new AuthorizationAsk().With("code_challenge", ""), "invalid_request");

    [Fact]
    [Row("AUTHR-05")]
    public async Task Unknown_parameters_are_ignored_also_when_repeated()
    {
        var once = new AuthorizationAsk().Adding("extra", "foobar");
        using var first = await shared.OpenAsync(once);
        Expect.Code(first, once);
        using var second = await shared.OpenAsync(once.Adding("extra", "foobar").Adding("empty", ""));
        Expect.Code(second, once);
    }

    [Theory]
    [Row("AUTHR-08")]
    [InlineData("admin")]
    [InlineData("read admin")]
    [InlineData("a\"b")]
    [InlineData("read\"")]
    [InlineData("a\\b")]
    [InlineData("read\twrite")]
    [InlineData("read\nwrite")]
    [InlineData("read\0")]
    [InlineData("réad")]
    [InlineData("read\u00A0write")]
    [InlineData("read \t")]
    [InlineData("read,write")]
    [InlineData("read*")]
    public async Task A_bad_scope_is_refused(string scope) =>
        await RefusedAsync(new AuthorizationAsk().With("scope", scope), "invalid_scope");

    [Theory]
    [Row("AUTHR-08")]
    [InlineData("admin", "admin")]
    [InlineData("read admin root", "admin")]
    [InlineData("openid profile", "openid")]
    [InlineData("read openid", "openid")]
    [InlineData("api://x/.default", "api://x/.default")]
    public async Task A_scope_that_is_not_allowed_is_named(string scope, string named)
    {
        var answer = await RefusedAsync(new AuthorizationAsk().With("scope", scope), "invalid_scope");
        Assert.Equal(
            $"The scope {named} is unknown here, or not allowed to this client.", answer["error_description"]);
    }

    [Theory]
    [Row("AUTHR-08")]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("r\u00E9ad")]
    [InlineData("read\t<x>")]
    [InlineData("read\r\nwrite")]
    public async Task A_scope_whose_characters_no_description_may_have_is_not_named(string scope)
    {
        var answer = await RefusedAsync(new AuthorizationAsk().With("scope", scope), "invalid_scope");
        Assert.Equal(
            "The scope is too long, or has a character that no scope may have.", answer["error_description"]);
    }

    [Theory]
    [Row("AUTHR-08")]
    [InlineData(" read", "read")]
    [InlineData("read ", "read")]
    [InlineData("read  write", "read write")]
    [InlineData("  write   read  ", "write read")]
    [InlineData(" ", "read")]
    public async Task Blanks_too_many_are_ignored(string scope, string granted) => await GrantedAsync(scope, granted);

    [Theory]
    [Row("AUTHR-08")]
    [InlineData("write offline_access", "write")]
    [InlineData("  offline_access read write", "read write")]
    public async Task What_says_nothing_outside_OpenID_Connect_is_left_out_and_the_answer_says_so(
        string scope, string granted) =>
        await GrantedAsync(scope, granted);

    [Theory]
    [Row("AUTHR-08")]
    [InlineData("write")]
    [InlineData("read write")]
    public async Task A_scope_that_the_client_may_not_have_is_refused(string scope) =>
        await RefusedAsync(
            AuthorizationAsk.For(SharedServer.ReaderClient, SharedServer.ReaderRedirectUri).With("scope", scope),
            "invalid_scope");

    [Theory]
    [Row("AUTHR-09")]
    [InlineData("write read", new[] { "read", "write" })]
    [InlineData("read write", new[] { "read", "write" })]
    [InlineData("read read", new[] { "read" })]
    [InlineData("write read write", new[] { "read", "write" })]
    [InlineData(null, new[] { "read" })]
    public async Task A_scope_is_a_set_with_a_default(string? scope, string[] granted)
    {
        var tokens = await shared.Server.RedeemAsync(
            await shared.CodeAsync(new AuthorizationAsk().With("scope", scope)));
        Expect.Tokens(tokens);
        Assert.Equal(granted, tokens.Scope!.Split(' ').Order());
    }

    [Theory]
    [Row("AUTHR-09")]
    [InlineData("Read")]
    [InlineData("READ")]
    public async Task A_scope_in_another_letter_case_is_another_scope(string scope) =>
        await RefusedAsync(new AuthorizationAsk().With("scope", scope), "invalid_scope");

    [Fact]
    [Row("AUTHR-09")]
    public async Task A_client_without_default_scopes_has_to_ask_for_one() =>
        await RefusedAsync(
            AuthorizationAsk.For(TestData.OtherWeb, TestData.OtherWebRedirectUri).With("scope", null), "invalid_scope");

    [Theory]
    [Row("AUTHR-10")]
    [InlineData("fragment")]
    [InlineData("web_message")]
    [InlineData("form_post.jwt")]
    [InlineData("query.jwt")]
    [InlineData("Query")]
    [InlineData("foo")]
    public async Task Another_response_mode_than_query_is_refused_by_query(string mode) =>
        await RefusedAsync(new AuthorizationAsk().With("response_mode", mode), "invalid_request");

    [Theory]
    [Row("AUTHR-10")]
    [InlineData("query")]
    [InlineData("")]
    public async Task The_response_mode_query_is_served(string mode)
    {
        var ask = new AuthorizationAsk().With("response_mode", mode);
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask);
    }

    [Theory]
    [Row("AUTHR-11")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.eyJzY29wZSI6IndyaXRlIn0.", "request_not_supported")]
    [InlineData("request", "x", "request_not_supported")]
    [InlineData("request_uri", "https://c.example/request.jwt", "request_uri_not_supported")]
    public async Task A_request_object_is_not_silently_ignored(string name, string value, string error) =>
        await RefusedAsync(new AuthorizationAsk().With(name, value), error);

    [Fact]
    [Row("AUTHR-11")]
    public async Task An_empty_request_object_is_an_absent_one()
    {
        var ask = new AuthorizationAsk().With("request", "").With("request_uri", "");
        using var response = await shared.OpenAsync(ask);
        Expect.Code(response, ask);
    }

    private async Task GrantedAsync(string scope, string granted)
    {
        var code = await shared.CodeAsync(new AuthorizationAsk().With("scope", scope));
        Assert.Equal(granted, (await shared.Server.RedeemAsync(code)).IsTokens().Scope);
    }

    private async Task<AuthorizationAnswer> RefusedAsync(AuthorizationAsk ask, string error)
    {
        using var response = await shared.OpenAsync(ask);
        return Expect.Redirect(response, error, ask);
    }
}
