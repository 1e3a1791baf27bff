using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>A few keys made once per run, since making one takes a while.</summary>
internal static class TestKeys
{
    private static readonly Lazy<string>[] Pems =
    [
        .. Enumerable.Range(0, 4).Select(_ => new Lazy<string>(SigningKey.GeneratePem)),
    ];

    /// <summary>The server secret of these tests.</summary>
    public static ServerSecrets Secrets { get; } = new(Secret(ServerSecret.Generate()), null, null);

    public static ServerSecret Secret(string stored)
    {
        Assert.True(ServerSecret.TryParse(stored, out var secret, out _));
        return secret;
    }

    public static string Pem(int number) => Pems[number].Value;

    public static string KeyId(int number)
    {
        using var key = Key(number);
        return key.KeyId;
    }

    public static SigningKey Key(int number)
    {
        Assert.True(SigningKey.TryFromPem(Pem(number), out var key, out _));
        return key;
    }

    /// <summary>A reading of a store: numbers of keys, by stage.</summary>
    public static StoredKeys Stored(int? current = null, int? pending = null, int? previous = null)
    {
        var keys = new List<StoredKey>();
        if (pending is { } p) keys.Add(new StoredKey(KeyStage.Pending, Key(p), null));
        if (current is { } c) keys.Add(new StoredKey(KeyStage.Current, Key(c), null));
        if (previous is { } o) keys.Add(new StoredKey(KeyStage.Previous, Key(o), null));
        return StoredKeys.Of(keys, []);
    }
}
