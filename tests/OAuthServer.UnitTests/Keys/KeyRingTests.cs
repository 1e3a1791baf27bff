using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

public sealed class KeyRingTests
{
    private static readonly string[] PublicMembers = ["kty", "use", "alg", "kid", "n", "e"];
    private readonly FakeTimeProvider _clock = new();
    private readonly SigningKeyOptions _options = new();
    private readonly KeyRing _ring;

    public KeyRingTests() => _ring = new KeyRing(Options.Create(_options), _clock);

    [Fact]
    public void A_ring_without_a_key_has_no_snapshot() => Assert.Null(_ring.Current);

    [Fact]
    public void Two_instances_differ_for_as_long_as_both_of_their_polls_may_take() =>
        Assert.Equal(TimeSpan.FromMinutes(11), _ring.Lag);

    [Fact]
    public void The_current_key_signs_and_every_stage_is_published()
    {
        _ring.Replace(TestKeys.Stored(current: 0, pending: 1, previous: 2), TestKeys.Secrets);

        var snapshot = _ring.Current!;
        Assert.Equal(TestKeys.KeyId(0), snapshot.Signing.KeyId);
        Assert.Equal(
            [
                (TestKeys.KeyId(0), KeyStage.Current),
                (TestKeys.KeyId(1), KeyStage.Pending),
                (TestKeys.KeyId(2), KeyStage.Previous),
            ],
            snapshot.Published.Select(key => (key.KeyId, key.Stage)));
        Assert.Equal(snapshot.Published.Select(key => key.KeyId), Kids(snapshot));
    }

    [Fact]
    public void The_JWK_Set_has_public_members_only()
    {
        _ring.Replace(TestKeys.Stored(current: 0, pending: 1), TestKeys.Secrets);

        using var document = JsonDocument.Parse(_ring.Current!.Jwks.Body);
        foreach (var key in document.RootElement.GetProperty("keys").EnumerateArray())
        {
            Assert.Equal(PublicMembers, key.EnumerateObject().Select(member => member.Name));
            Assert.Equal("RSA", key.GetProperty("kty").GetString());
            Assert.Equal("sig", key.GetProperty("use").GetString());
            Assert.Equal("RS256", key.GetProperty("alg").GetString());
            Assert.Equal("AQAB", key.GetProperty("e").GetString());
        }
    }

    [Fact]
    public void The_entity_tag_changes_with_the_published_keys_and_only_with_them()
    {
        Assert.True(_ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets));
        var first = _ring.Current!.Jwks.ETag;
        Assert.False(_ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets));
        Assert.Equal(first, _ring.Current!.Jwks.ETag);
        Assert.True(_ring.Replace(TestKeys.Stored(current: 0, pending: 1), TestKeys.Secrets));

        Assert.NotEqual(first, _ring.Current!.Jwks.ETag);
        Assert.Matches("^\"[A-Za-z0-9_-]+\"$", first);
    }

    [Fact]
    public void A_request_that_holds_a_replaced_snapshot_can_still_sign()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        var held = _ring.Current!;

        _ring.Replace(TestKeys.Stored(current: 1), TestKeys.Secrets);
        _ring.Replace(TestKeys.Stored(current: 2), TestKeys.Secrets);

        Assert.True(held.Signing.TrySign([1], new byte[held.Signing.SignatureLength], out _));
    }

    [Fact]
    public void A_key_that_is_read_again_stays_the_object_that_is_loaded()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        var loaded = _ring.Current!.Signing;

        _ring.Replace(TestKeys.Stored(current: 0, pending: 1), TestKeys.Secrets);

        Assert.Same(loaded, _ring.Current!.Signing);
        Assert.True(loaded.TrySign([1], new byte[loaded.SignatureLength], out _));
    }

    [Fact]
    public void A_reading_without_a_current_key_leaves_the_ring_as_it_was()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        var before = _ring.Current;

        Assert.Throws<KeyStoreException>(() => _ring.Replace(TestKeys.Stored(pending: 1), TestKeys.Secrets));

        Assert.Same(before, _ring.Current);
    }

    [Fact]
    public void A_previous_key_is_published_until_its_last_token_has_expired_everywhere()
    {
        var lifetime = TimeSpan.FromMinutes(15);
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        _clock.Advance(TimeSpan.FromDays(30));
        _ring.Replace(TestKeys.Stored(current: 1, previous: 0), TestKeys.Secrets);

        // Another instance may have signed with the old key for a whole poll interval more.
        _clock.Advance(lifetime + _options.PollInterval);
        _ring.Replace(TestKeys.Stored(current: 1, previous: 0), TestKeys.Secrets);
        Assert.Contains(TestKeys.KeyId(0), Kids(_ring.Current!));

        _clock.Advance(_options.PreviousKeyRetention());
        _ring.Replace(TestKeys.Stored(current: 1, previous: 0), TestKeys.Secrets);
        Assert.Equal([TestKeys.KeyId(1)], Kids(_ring.Current!));
    }

    [Fact]
    public void A_key_that_is_pending_and_current_at_once_counts_once_as_current()
    {
        _ring.Replace(TestKeys.Stored(current: 0, pending: 0, previous: 0), TestKeys.Secrets);

        Assert.Equal([KeyStage.Current], _ring.Current!.Published.Select(key => key.Stage));
    }

    [Fact]
    public async Task Readers_always_see_a_whole_snapshot_while_the_ring_turns()
    {
        _ring.Replace(TestKeys.Stored(current: 0), TestKeys.Secrets);
        var turning = Task.Run(() =>
        {
            for (var turn = 0; turn < 100; turn++)
                _ring.Replace(TestKeys.Stored(current: turn % 3, previous: (turn + 2) % 3), TestKeys.Secrets);
        }, TestContext.Current.CancellationToken);

        var signature = new byte[256];
        while (!turning.IsCompleted)
        {
            var snapshot = _ring.Current!;
            Assert.Equal(snapshot.Signing.KeyId, snapshot.Published[0].KeyId);
            Assert.Equal(snapshot.Signing.KeyId, Kids(snapshot)[0]);
            Assert.True(snapshot.Signing.TrySign([1], signature, out _));
        }

        await turning;
    }

    private static string[] Kids(KeyRingSnapshot snapshot)
    {
        using var document = JsonDocument.Parse(snapshot.Jwks.Body);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(
            key => key.GetProperty("kid").GetString()!)];
    }
}
