using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Scope strings (RFC 6749 §3.3).</summary>
public sealed class ScopeTests
{
    [Theory]
    [InlineData("read", "read")]
    [InlineData("write read", "write read")]
    [InlineData("read read", "read")]
    [InlineData("read write read", "read write")]
    [InlineData("Read read", "Read read")]
    [InlineData("urn:x:a/b#c! ~[]", "urn:x:a/b#c! ~[]")]
    [InlineData(" read", "read")]
    [InlineData("read ", "read")]
    [InlineData("read  write", "read write")]
    [InlineData("   read     write read  ", "read write")]
    public void Tokens_keep_their_order_and_case_and_lose_repetitions_and_blanks(string text, string expected)
    {
        Assert.True(Scope.TryParse(text, out var scope));
        Assert.Equal(expected, scope.ToString());
        Assert.Equal(expected.Split(' '), scope.Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData("read\twrite")]
    [InlineData(" \tread")]
    [InlineData("read \n")]
    [InlineData("read \u2003write")]
    [InlineData("read\nwrite")]
    [InlineData("read\0")]
    [InlineData("re\"ad")]
    [InlineData("re\\ad")]
    [InlineData("rea\u007f")]
    [InlineData("l\u00e9ger")]
    [InlineData("read\u00a0write")]
    [InlineData("\U0001f511")]
    public void Anything_else_is_refused(string text) => Assert.False(Scope.TryParse(text, out _));

    [Theory]
    [InlineData(4096, true)]
    [InlineData(4097, false)]
    public void A_scope_has_at_most_4096_characters(int length, bool valid) =>
        Assert.Equal(valid, Scope.TryParse(new string('a', length), out _));

    [Fact]
    public void A_scope_made_of_names_has_each_once() => Assert.Equal("b a", Scope.Of(["b", "a", "b"]).ToString());

    [Theory]
    [InlineData(" ")]
    [InlineData("     ")]
    public void Blanks_alone_name_nothing(string text)
    {
        Assert.True(Scope.TryParse(text, out var scope));
        Assert.Empty(scope.Names);
    }

    [Theory]
    [InlineData("read admin", "admin")]
    [InlineData("admin read root", "admin")]
    [InlineData("read", null)]
    [InlineData("Read", "Read")]
    [InlineData("readwrite", "readwrite")]
    public void The_first_that_goes_beyond_is_found(string asked, string? beyond)
    {
        Assert.True(Scope.TryParse(asked, out var scope));
        Assert.Equal(beyond, scope.FirstBeyond(["read"]));
    }

    [Theory]
    [InlineData("admin", true)]
    [InlineData("https://api.example/notes.read#x[1]", true)]
    [InlineData("api://b1f2/.default", true)]
    [InlineData("<b>", false)]
    [InlineData("a&b", false)]
    [InlineData("%3Cb%3E", false)]
    [InlineData("it's", false)]
    [InlineData("{x}", false)]
    public void What_looks_like_a_scope_is_named(string token, bool named) =>
        Assert.Equal(named ? $"The scope {token}" : "A scope", Scope.Named(token));

    [Fact]
    public void A_token_of_more_than_100_characters_is_not_named()
    {
        Assert.Equal("The scope " + new string('a', 100), Scope.Named(new string('a', 100)));
        Assert.Equal("A scope", Scope.Named(new string('a', 101)));
    }
}
