using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>One reading of a store: the order of its keys, and each key once.</summary>
public sealed class StoredKeysTests
{
    private const KeyStage Pending = KeyStage.Pending;
    private const KeyStage Current = KeyStage.Current;
    private const KeyStage Previous = KeyStage.Previous;

    [Fact]
    public void The_current_key_comes_first_then_the_pending_and_then_the_previous_one()
    {
        using var stored = Of((Previous, 0), (Pending, 1), (Current, 2));

        Assert.Equal([(Current, 2), (Pending, 1), (Previous, 0)], Order(stored));
        Assert.Equal(TestKeys.KeyId(1), stored[Pending]!.Key.KeyId);
    }

    [Theory]
    [InlineData(Pending, Current, Current)]
    [InlineData(Previous, Current, Current)]
    [InlineData(Previous, Pending, Pending)]
    public void Of_two_stages_of_one_key_the_higher_one_counts(object one, object other, object counts)
    {
        var (first, second) = ((KeyStage)one, (KeyStage)other);
        foreach (var order in (KeyStage[][])[[first, second], [second, first]])
        {
            using var stored = Of((order[0], 0), (order[1], 0));
            Assert.Equal([((KeyStage)counts, 0)], Order(stored));
        }
    }

    [Fact]
    public void The_key_that_is_left_out_is_freed_and_those_of_a_reading_when_it_is_over()
    {
        var (kept, left) = (TestKeys.Key(0), TestKeys.Key(0));
        var stored = StoredKeys.Of([new(Pending, left, null), new(Current, kept, null)], []);

        Assert.False(Signs(left));
        Assert.True(Signs(kept));
        stored.Dispose();
        Assert.False(Signs(kept));
    }

    private static StoredKeys Of(params (KeyStage Stage, int Number)[] keys) =>
        StoredKeys.Of(keys.Select(key => new StoredKey(key.Stage, TestKeys.Key(key.Number), null)), []);

    private static IEnumerable<(KeyStage Stage, int Number)> Order(StoredKeys stored) => stored.Keys.Select(
        key => (key.Stage, Enumerable.Range(0, 3).Single(number => TestKeys.KeyId(number) == key.Key.KeyId)));

    private static bool Signs(SigningKey key)
    {
        try
        {
            return key.TrySign("text"u8, new byte[key.SignatureLength], out _);
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
