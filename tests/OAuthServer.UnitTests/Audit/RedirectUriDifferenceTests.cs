using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Audit;

/// <summary>
/// A redirect URI that does not fit is shown beside the nearest one that would, without what may be secret, and at
/// bounded cost.
/// </summary>
public sealed class RedirectUriDifferenceTests
{
    private static readonly string[] Registered =
    [
        "https://app.example/callback",
        "https://app.example/cb",
        "https://staging.example/cb",
        "com.example.app:/cb",
    ];

    [Theory]
    [InlineData("https://app.example/cb/", "https://app.example/cb", 22, "'/'", "its end")]
    [InlineData("https://app.example/c", "https://app.example/cb", 21, "its end", "'b'")]
    [InlineData("https://app.example/CB", "https://app.example/cb", 20, "'C'", "'c'")]
    [InlineData("http://app.example/cb", "https://app.example/cb", 4, "':'", "'s'")]
    [InlineData("https://app.example/callbock", "https://app.example/callback", 25, "'o'", "'a'")]
    [InlineData("https://staging.example:8443/cb", "https://staging.example/cb", 23, "':'", "'/'")]
    [InlineData("https://stagin.example/cb", "https://staging.example/cb", 14, "'.'", "'g'")]
    [InlineData("com.example.app://cb", "com.example.app:/cb", 17, "'/'", "'c'")]
    public void The_nearest_one_and_the_first_character_that_differs_are_named(
        string received, string nearest, int index, string theirs, string ours) =>
        Assert.Equal(new RedirectUriDifference(received, nearest, index, theirs, ours), Explain(received));

    [Theory]
    [InlineData("https://app.example/cb?token=s3cret", "https://app.example/cb?…", 22, "'?'")]
    [InlineData("https://app.example/cb#token=s3cret", "https://app.example/cb#…", 22, "'#'")]
    [InlineData("https://us3r:s3cret@app.example/cb", "https://…@app.example/cb", 8, "'u'")]
    [InlineData("https://app.example/cb@s3cret?x", "https://app.example/cb@s3cret?…", 22, "'@'")]
    public void User_information_query_and_fragment_are_left_out(
        string received, string shown, int index, string character)
    {
        var difference = Explain(received);
        Assert.Equal((shown, index, character), (difference.Received, difference.Index, difference.ReceivedCharacter));
    }

    [Fact]
    public void A_difference_inside_a_query_is_placed_and_not_shown()
    {
        const string Shown = "https://app.example/cb?…";
        var difference = RedirectUriDifference.Of(
            new("https://app.example/cb?a=s3cret", ["https://app.example/cb?a=hidden"]));
        Assert.Equal(new RedirectUriDifference(Shown, Shown, 25, "not shown", "not shown"), difference);
    }

    [Theory]
    [InlineData("s3cret", "(no URI, 6 characters)")]
    [InlineData("", "(no URI, 0 characters)")]
    [InlineData(":s3cret", "(no URI, 7 characters)")]
    [InlineData(" https://app.example/cb", "(no URI, 23 characters)")]
    [InlineData("/cb", "(no URI, 3 characters)")]
    public void What_is_no_uri_is_not_quoted(string received, string shown) =>
        Assert.Equal(shown, Explain(received).Received);

    [Theory]
    [InlineData("https://app.example/c\r\nForged: line", "https://app.example/c\\u000D\\u000AForged: line")]
    [InlineData("https://app.example/\u202Ebc", "https://app.example/\\u202Ebc")]
    [InlineData("https://\u0430pp.example/cb", "https://\\u0430pp.example/cb")]
    public void What_is_not_printable_ascii_is_escaped(string received, string shown)
    {
        var difference = Explain(received);
        Assert.Equal(shown, difference.Received);
        Assert.All(difference.ReceivedCharacter, c => Assert.InRange(c, ' ', '~'));
    }

    [Fact]
    public void What_is_shown_is_bounded()
    {
        var difference = Explain("https://app.example/" + new string('x', 100_000));
        Assert.Equal(513, difference.Received.Length);
        Assert.Equal(20, difference.Index);
    }

    [Theory]
    [InlineData("https://app.example/cb", "https://other.example/cb")]
    [InlineData("abc", "xyz")]
    public void A_client_with_one_uri_is_told_that_one(string registered, string received) =>
        Assert.Equal(RedirectUriText.Show(registered), RedirectUriDifference.Of(new(received, [registered]))!.Nearest);

    [Fact]
    public void A_client_without_any_is_told_none() =>
        Assert.Null(RedirectUriDifference.Of(new("https://app.example/cb", [])));

    [Theory]
    [InlineData("https://app.example/callbackk", "https://app.example/callback")]
    [InlineData("https://app.example/b", "https://app.example/cb")]
    [InlineData("https://x.example/cb", "https://app.example/cb")]
    public void The_nearest_one_shares_the_most_of_beginning_and_end(string received, string nearest) =>
        Assert.Equal(nearest, Explain(received).Nearest);

    [Fact]
    public void Of_two_that_are_as_near_the_first_registered_counts() =>
        Assert.Equal("https://app.example/cb1", RedirectUriDifference.Of(
            new("https://app.example/cb3", ["https://app.example/cb1", "https://app.example/cb2"]))!.Nearest);

    [Fact]
    public void A_uri_of_the_longest_compared_length_is_compared_whole()
    {
        const string Start = "https://app.example/";
        var longest = Start + new string('x', 2048 - Start.Length - 1) + "y";
        var difference = RedirectUriDifference.Of(new(longest, [longest[..^1] + "z"]))!;
        Assert.Equal(2047, difference.Index);
        Assert.Equal(("'y'", "'z'"), (difference.ReceivedCharacter, difference.NearestCharacter));
    }

    [Theory]
    [InlineData(100, 23)]
    [InlineData(101, 8)]
    public void The_first_hundred_registered_ones_are_looked_at(int place, int index)
    {
        var registered = Enumerable.Range(1, 101)
            .Select(number => number == place ? "https://app.example/callback" : "https://other.example/")
            .ToArray();

        Assert.Equal(index, RedirectUriDifference.Of(new("https://app.example/cal", registered))!.Index);
    }

    [Fact]
    public void A_hostile_uri_buys_no_work()
    {
        var path = new string('a', 2000);
        var registered = Enumerable.Range(0, 10_000).Select(i => $"https://{i}.example/{path}").ToArray();
        var received = "https://x.example/" + string.Concat(Enumerable.Repeat("ab", 1000));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Assert.NotNull(RedirectUriDifference.Of(new(received, registered)));
        // Long texts are compared in place; what is allocated are the shown beginnings.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L * 20_000);
    }

    [Theory]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb/", "http://127.0.0.1:5123/cb")]
    [InlineData("http://[::1]/cb", "http://[::1]:5123/", "http://[::1]:5123/cb")]
    [InlineData("http://127.0.0.1:80/cb", "http://127.0.0.1/x", "http://127.0.0.1/cb")]
    [InlineData("http://127.0.0.1/cb", "http://localhost:5123/cb", "http://127.0.0.1/cb")]
    [InlineData("com.example.app:/cb", "http://127.0.0.1:5123/cb", "com.example.app:/cb")]
    public void The_port_of_a_native_app_is_no_difference(string registered, string requested, string expected) =>
        Assert.Equal(expected, RedirectUri.WithPortOf(registered, requested));

    private static RedirectUriDifference Explain(string received) =>
        RedirectUriDifference.Of(new(received, Registered))!;
}
