using Microsoft.AspNetCore.Http;
using OAuthServer.Accounts;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Pages;

/// <summary>Which page stands for which error, what it says, and where it leads.</summary>
public sealed class StatusPagesTests
{
    private readonly StatusPages _pages;

    public StatusPagesTests()
    {
        var address = Checking.Address("https://as.example.test");
        var pages = Spoken.Pages(address, Checking.Environment());
        _pages = new StatusPages(pages, new AccountLinks(address));
    }

    [Theory]
    [InlineData(404, "This page does not exist")]
    [InlineData(405, "This page cannot be opened like that")]
    public void An_address_of_no_page_leads_to_the_account(int status, string title)
    {
        var (page, message) = Message(new DefaultHttpContext(), OAuthError.InvalidRequest("", "why", status));

        Assert.Equal((status, title), (page.Status, message.Title.Say()));
        Assert.Equal("/account", message.LinkUrl);
        Assert.False(page.HasForm);
    }

    [Theory]
    [InlineData(
        "GET", "/account/sign-in?x=1", "There were too many requests from your network. Try again in 2 minutes.")]
    [InlineData(
        "HEAD", "/account/sign-in?x=1", "There were too many requests from your network. Try again in 2 minutes.")]
    [InlineData(
        "POST",
        "/account",
        "There were too many requests from your network. Nothing was changed. Try again in 2 minutes: reload this page "
            + "then, to send the form once more.")]
    public void A_used_up_budget_says_when_to_come_back_and_how(string method, string link, string text)
    {
        var http = new DefaultHttpContext
        {
            Request = { Method = method, Path = "/account/sign-in", QueryString = new("?x=1") },
        };
        var refusal = new BudgetRefusal("address_budget", new BudgetState(100, 0, TimeSpan.FromSeconds(61)));

        var (page, message) = Message(http, refusal);

        Assert.Equal((429, text, link), (page.Status, message.Text.Say(), message.LinkUrl));
        Assert.Equal("61", http.Response.Headers.RetryAfter);
    }

    [Fact]
    public void Without_a_budget_it_is_a_few_minutes()
    {
        var http = new DefaultHttpContext { Request = { Method = "GET", Path = "/x" } };

        var (_, message) = Message(http, OAuthError.TooManyRequests("why"));

        Assert.Equal("There were too many requests from your network. Try again in a few minutes.", message.Text.Say());
        Assert.Empty(http.Response.Headers.RetryAfter.ToString());
    }

    [Theory]
    [InlineData(503, "This did not work", "5")]
    [InlineData(500, "This did not work", "")]
    [InlineData(501, "This did not work", "")]
    [InlineData(400, "This request cannot go on", "")]
    [InlineData(413, "This request cannot go on", "")]
    public void Any_other_error_is_a_page_with_its_code_and_correlation_id(int status, string title, string retryAfter)
    {
        var http = new DefaultHttpContext { TraceIdentifier = "trace-1" };

        var page = Assert.IsType<PageResult>(
            _pages.Of(http, new OAuthError("some_code", "What was wrong.", "why", status)));

        var view = Assert.IsType<ErrorView>(page.View);
        Assert.Equal((status, status, title), (page.Status, view.Status, view.Title.Say()));
        Assert.Equal(("some_code", "trace-1"), (view.Code, view.CorrelationId));
        Assert.Equal(status < 500 ? "What was wrong." : "", view.Description);
        Assert.Equal(
            status < 500 ? null : "The server could not answer. Please try again in a moment.",
            view.Explanation?.Say());
        Assert.Equal(retryAfter, http.Response.Headers.RetryAfter.ToString());
        Assert.Equal("Accept", http.Response.Headers.Vary);
    }

    private (PageResult Page, MessageView View) Message(HttpContext http, OAuthError error)
    {
        var page = Assert.IsType<PageResult>(_pages.Of(http, error));
        return (page, Assert.IsType<MessageView>(page.View));
    }
}
