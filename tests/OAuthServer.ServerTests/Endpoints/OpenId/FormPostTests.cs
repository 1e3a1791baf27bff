using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>Answers as a form that posts itself (OAuth 2.0 Form Post Response Mode).</summary>
[Collection(SharedServer.Name)]
public sealed class FormPostTests(SharedServer flow)
{
    private const string Hostile = "\"><script>alert(1)</script>&amp;' \\";

    [Theory, Row("OIDC-16")]
    [InlineData("s-1")]
    [InlineData(Hostile)]
    public async Task The_answer_is_a_form_for_the_redirect_uri(string state)
    {
        await flow.Browser.AuthorizeAsync(OpenIdAsks.For("openid read"));
        var ask = OpenIdAsks.For("openid read").With("response_mode", "form_post").With("state", state);
        using var answer = await flow.OpenAsync(ask);

        var fields = await FieldsAsync(answer, OpenIdAsks.RedirectUri);

        Assert.Equal(["code", "iss", "state"], fields.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((state, TestServer.Issuer), (fields["state"], fields["iss"]));
        Assert.NotNull((await flow.Server.RedeemAsync(fields["code"], OpenIdAsks.Client)).IsTokens().IdToken());
    }

    [Theory, Row("OIDC-16")]
    [InlineData("prompt", "foo", "invalid_request")]
    [InlineData("scope", "nothing", "invalid_scope")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    public async Task An_error_is_one_too(string name, string value, string error)
    {
        using var answer = await flow.OpenAsync(
            OpenIdAsks.For("openid read").With("response_mode", "form_post").With("state", Hostile).With(name, value));

        var fields = await FieldsAsync(answer, OpenIdAsks.RedirectUri);

        Assert.Equal((error, Hostile, TestServer.Issuer), (fields["error"], fields["state"], fields["iss"]));
        Assert.DoesNotContain("code", fields.Keys);
    }

    [Fact]
    public async Task After_a_consent_form_it_is_the_same()
    {
        using var consent = await flow.OpenAsync(
            OpenIdAsks.For("openid read").With("response_mode", "form_post").With("prompt", "consent"));
        using var answer = await flow.Browser.DecideAsync(consent, "deny");

        Assert.Equal("access_denied", (await FieldsAsync(answer, OpenIdAsks.RedirectUri))["error"]);
    }

    [Fact]
    public async Task An_app_that_no_browser_can_post_to_is_told_in_its_address()
    {
        var answer = await flow.Browser.AuthorizeAsync(
            AuthorizationAsk.For(TestData.Native, "com.example.app:/cb").With("response_mode", "form_post"));

        Assert.Equal("invalid_request", answer.Error);
    }

    [Fact]
    public async Task The_script_is_a_file_of_ours()
    {
        using var answer = await flow.OpenAsync(
            OpenIdAsks.For("openid read").With("response_mode", "form_post").With("prompt", "foo"));
        var path = (await new HtmlParser()
            .ParseDocumentAsync(
                await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                TestContext.Current.CancellationToken)).QuerySelector("script")!.GetAttribute("src")!;
        using var script = await flow.Server.Http.GetAsync(
            new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(
            (HttpStatusCode.OK, "text/javascript; charset=utf-8"),
            (script.StatusCode, script.Content.Headers.ContentType?.ToString()));
        Assert.True(script.Headers.CacheControl!.MaxAge > TimeSpan.FromDays(300));
        Assert.Contains(
            "submit()",
            await script.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> FieldsAsync(HttpResponseMessage answer, string action)
    {
        Assert.Equal(
            (HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Null(answer.Headers.Location);
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' https:", policy, StringComparison.Ordinal);
        using var page = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync());
        var form = (IHtmlFormElement)Assert.Single(page.QuerySelectorAll("form"));
        Assert.Equal((action, "post"), (form.GetAttribute("action"), form.GetAttribute("method")));
        Assert.Single(form.QuerySelectorAll("button[type=submit]"));
        Assert.Single(page.QuerySelectorAll("script"));
        return form.QuerySelectorAll("input")
            .OfType<IHtmlInputElement>()
            .ToDictionary(input => input.Name!, input => input.Value);
    }
}
