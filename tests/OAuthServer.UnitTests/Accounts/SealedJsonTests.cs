using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>What this server sealed for one use is read again, and nothing else.</summary>
public sealed class SealedJsonTests
{
    private readonly EphemeralDataProtectionProvider _keys = new();

    [Fact]
    public void A_value_comes_back_as_it_was()
    {
        var values = new SealedJson<Value>(_keys, "one");
        var value = new Value(Guid.NewGuid(), "\u202e?state=ä&b", DateTimeOffset.UnixEpoch.AddTicks(1));

        Assert.Equal(value, values.Open(values.Seal(value)));
    }

    [Fact]
    public void The_text_does_not_show_the_value()
    {
        var text = new SealedJson<Value>(_keys, "one").Seal(new Value(Guid.Empty, "demo-query", default));

        Assert.DoesNotContain("demo-query", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_use_another_key_and_another_text_are_refused()
    {
        var text = new SealedJson<Value>(_keys, "one").Seal(new Value(Guid.Empty, "demo", default));

        Assert.Null(new SealedJson<Value>(_keys, "two").Open(text));
        Assert.Null(new SealedJson<Value>(new EphemeralDataProtectionProvider(), "one").Open(text));
        Assert.All(["", "x", "CfDJ8", text[..^1], new string('A', 4_000)], forged =>
            Assert.Null(new SealedJson<Value>(_keys, "one").Open(forged)));
    }

    private sealed record Value(Guid Id, string Text, DateTimeOffset At);
}
