using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

/// <summary>The server secret as it is stored, and the keys that are derived from it.</summary>
public sealed class ServerSecretTests
{
    private const string Stored = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    // HKDF with SHA-256, no salt, computed by another implementation: a change here would end every session.
    [Fact]
    public void Its_keys_are_those_of_HKDF_and_differ_by_purpose()
    {
        var secret = TestKeys.Secret(Stored);

        Assert.Equal(
            "384865d9b9050161437ede2f4344c50df0596cf1c951fdb8a1c7e7ee5b2811e1",
            Convert.ToHexStringLower(secret.SuccessorKey));
        Assert.Equal(
            "8d01cbbc50db574803572bbd30cabe09ac22f429c93d5887cdda97f6f5b0eb8a",
            Convert.ToHexStringLower(secret.CodeKey));
        Assert.Equal(
            "47e2d094347a2b53ebdd06b4f48ce3616740970ddfa0657575cd06c061e3e6a3",
            Convert.ToHexStringLower(secret.SessionKeyKey));
        Assert.Equal(12, secret.Id.Length);
        Assert.NotEqual(secret.Id, TestKeys.Secret(ServerSecret.Generate()).Id);
    }

    [Theory]
    [InlineData(Stored + "\n")]
    [InlineData(" " + Stored)]
    public void White_space_around_it_does_no_harm(string stored) =>
        Assert.Equal(TestKeys.Secret(Stored).Id, TestKeys.Secret(stored).Id);

    [Theory]
    [InlineData("")]
    [InlineData("hunter2")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8A")]
    [InlineData("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    public void What_is_none_is_refused_and_not_quoted(string stored)
    {
        Assert.False(ServerSecret.TryParse(stored, out _, out var fault));

        Assert.Contains("43 characters", fault, StringComparison.Ordinal);
        if (stored.Length > 0) Assert.DoesNotContain(stored, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void It_prints_nothing_of_itself()
    {
        var secret = TestKeys.Secret(Stored);

        Assert.Equal($"ServerSecret {secret.Id}", secret.ToString());
        Assert.DoesNotContain(
            Stored[..6], new ServerSecrets(secret, secret, null).ToString(), StringComparison.Ordinal);
    }
}
