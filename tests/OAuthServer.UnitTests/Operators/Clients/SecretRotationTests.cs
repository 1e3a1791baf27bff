using System.Globalization;
using OAuthServer.Clients.Editing;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Operators.Clients;

/// <summary>Which of the old secrets stays when a new one comes, and until when.</summary>
public sealed class SecretRotationTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    // Ends in days from now; "-" is no end, "" no secret.
    [Theory]
    [InlineData("-", "", 7, "first 7")]
    [InlineData("3", "", 7, "first 3")]
    [InlineData("9", "", 7, "first 7")]
    [InlineData("0", "", 7, "")]
    [InlineData("-1", "", 7, "")]
    [InlineData("-", "", 0, "")]
    [InlineData("-1", "-", 7, "second 7")]
    [InlineData("3", "-", 7, "second 7")]
    [InlineData("-", "3", 7, "first 7")]
    [InlineData("2", "3", 7, "second 3")]
    [InlineData("-", "-", 7, "first 7")]
    public void The_live_secret_that_lasts_longest_stays_until_the_overlap_or_its_own_end(
        string first, string second, int keep, string kept)
    {
        var row = new ClientRow
        {
            ClientId = "c",
            Name = "C",
            ApplicationType = "web",
            ClientSecret = "first",
            ClientSecretExpiresAt = End(first),
            NextClientSecret = second.Length == 0 ? null : "second",
            NextClientSecretExpiresAt = End(second),
            RedirectUris = [],
            AllowedScopes = [],
            DefaultScopes = [],
            GrantTypes = [],
        };

        SecretRotation.Rotate(row, "new", TimeSpan.FromDays(keep), Now);

        Assert.Equal(("new", null), (row.ClientSecret, row.ClientSecretExpiresAt));
        var days = (row.NextClientSecretExpiresAt - Now)?.Days;
        Assert.Equal(kept, row.NextClientSecret is null ? "" : $"{row.NextClientSecret} {days}");
        Assert.Equal(kept.Length == 0, row.NextClientSecretExpiresAt is null);
    }

    private static DateTimeOffset? End(string days) =>
        days is "" or "-" ? null : Now.AddDays(int.Parse(days, CultureInfo.InvariantCulture));
}
