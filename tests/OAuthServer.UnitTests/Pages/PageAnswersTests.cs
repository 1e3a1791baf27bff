using Microsoft.AspNetCore.Http;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Pages;

/// <summary>The status of each page, whether it has a form, and what it refuses.</summary>
public sealed class PageAnswersTests
{
    private static readonly OAuthError Refusal = OAuthError.InvalidRequest("", "why", 409);

    private readonly DefaultHttpContext _http = new();
    private readonly PageAnswers _pages = Pages("Production");

    [Fact]
    public void A_page_with_a_form_has_the_status_of_what_it_refuses()
    {
        var view = new SignInView(null, null, null);

        var asked = Assert.IsType<PageResult>(_pages.SignIn(view, "https:", refusal: null));
        var refused = Assert.IsType<PageResult>(_pages.SignIn(view, null, Refusal));

        Assert.Equal((200, true, "https:", null), (asked.Status, asked.HasForm, asked.FormActionSource, asked.Refusal));
        Assert.Equal(
            (409, true, null, Refusal), (refused.Status, refused.HasForm, refused.FormActionSource, refused.Refusal));
    }

    [Fact]
    public void A_form_that_does_not_count_is_a_bad_request_with_its_reason()
    {
        AssertMessage(_pages.FormExpired("/again"), 400, "This form has expired", Reasons.FormExpired);
        AssertMessage(_pages.Malformed("/again"), 400, "This form could not be read", Reasons.FormUnreadable);
    }

    [Fact]
    public void Who_has_to_wait_is_told_how_long()
    {
        AssertMessage(_pages.Busy(_http, "/again"), 503, "Please try again in a moment", Reasons.SignInBusy);
        Assert.Equal("5", _http.Response.Headers.RetryAfter);

        AssertMessage(
            _pages.TooManyAtOnce(_http, OAuthError.TooManyRequests("why"), "/again"),
            429,
            "Please wait before you try again",
            "why");
        Assert.Equal("5", _http.Response.Headers.RetryAfter);

        var usedUp = new BudgetRefusal("why", new BudgetState(50, 0, TimeSpan.FromSeconds(90)));
        var page = AssertMessage(
            _pages.TooManyTries(_http, usedUp, "/again"), 429, "Please wait before you try again", "why");
        Assert.Equal("90", _http.Response.Headers.RetryAfter);
        Assert.Equal(
            ("50", "0", "90"),
            (
                _http.Response.Headers["RateLimit-Limit"].ToString(),
                _http.Response.Headers["RateLimit-Remaining"].ToString(),
                _http.Response.Headers["RateLimit-Reset"].ToString()));
        Assert.StartsWith(
            "There were too many wrong passwords. Try again in 2 minutes,", page.Text.Say(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", null)]
    [InlineData("Development", "https://app.example/\\u00E9")]
    public void A_redirect_URI_that_was_refused_is_shown_in_Development_alone(string environment, string? shown)
    {
        var view = new ErrorView(400, new Words("Error.CannotGoOn"), "text", "code", "id")
        {
            RedirectUri = "https://app.example/\u00e9",
        };

        var page = Assert.IsType<PageResult>(Pages(environment).Error(_http, view));

        Assert.Equal((400, false, shown), (page.Status, page.HasForm, Assert.IsType<ErrorView>(page.View).RedirectUri));
        Assert.Equal("Accept", _http.Response.Headers.Vary);
    }

    [Fact]
    public void Pages_that_refuse_nothing_are_fine()
    {
        IResult[] fine =
        [
            _pages.Continue(new ContinueView("app", "x:/")),
            _pages.Answered(new AnsweredView("app", "host", null, "/c")), _pages.SignedOut("/in"),
            _pages.SignOut(new SignOutView("me")), _pages.Connections(new ConnectionsView("me", [], null)),
            _pages.Password(new PasswordView("me", null) { Shortest = 15, Longest = 128 }),
        ];

        Assert.All(fine, page => Assert.Equal((200, null), (((PageResult)page).Status, ((PageResult)page).Refusal)));
        Assert.Equal([false, false, false, true, true, true], fine.Select(page => ((PageResult)page).HasForm));
    }

    private static PageAnswers Pages(string environment) =>
        Spoken.Pages(Checking.Address("https://as.example.test"), Checking.Environment(environment));

    private static MessageView AssertMessage(IResult result, int status, string title, string reason)
    {
        var page = Assert.IsType<PageResult>(result);
        var view = Assert.IsType<MessageView>(page.View);
        Assert.Equal(
            (status, title, reason, "/again"), (page.Status, view.Title.Say(), page.Refusal?.Reason, view.LinkUrl));
        return view;
    }
}
