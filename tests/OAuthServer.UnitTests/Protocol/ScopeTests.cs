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
    public void Tokens_keep_their_order_and_case_and_lose_repetitions(string text, string expected)
    {
        Assert.True(Scope.TryParse(text, out var scope));
        Assert.Equal(expected, scope.ToString());
        Assert.Equal(expected.Split(' '), scope.Names);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" read")]
    [InlineData("read ")]
    [InlineData("read  write")]
    [InlineData("read\twrite")]
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
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void A_scope_has_at_most_1000_characters(int length, bool valid) =>
        Assert.Equal(valid, Scope.TryParse(new string('a', length), out _));

    [Theory]
    [InlineData("read", "read write", true)]
    [InlineData("write read", "read write", true)]
    [InlineData("read admin", "read write", false)]
    [InlineData("Read", "read", false)]
    [InlineData("read", "readwrite", false)]
    public void A_scope_is_within_another_when_every_token_is(string asked, string allowed, bool within)
    {
        Assert.True(Scope.TryParse(asked, out var scope));
        Assert.Equal(within, scope.IsWithin(allowed.Split(' ')));
    }

    [Fact]
    public void A_scope_made_of_names_has_each_once() => Assert.Equal("b a", Scope.Of(["b", "a", "b"]).ToString());
}
