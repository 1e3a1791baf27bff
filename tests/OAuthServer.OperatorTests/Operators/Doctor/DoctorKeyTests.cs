using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>What the database knows of signing keys.</summary>
public sealed class DoctorKeyTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("oauthserver-doctor-");
    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await Apis.CreateDatabaseAsync();

    public ValueTask DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return _database.DisposeAsync();
    }

    [Theory]
    [InlineData(null, "not yet: no instance has loaded it")]
    [InlineData("now() - interval '3 hours'", "for 3 hours")]
    public async Task How_long_the_current_key_signs_is_known_once_an_instance_has_loaded_it(
        string? since, string expected)
    {
        await RotateAsync(since);

        Assert.Equal(expected, (await RunAsync()).Fact("signing"));
    }

    [Theory]
    [InlineData("now() - interval '3 hours'", "no longer; it leaves at the next rotation")]
    [InlineData("now() - interval '1 hour 14 minutes 30 seconds'", "for another 2[0-9] seconds")]
    [InlineData("now() - interval '45 minutes'", "for another 29 minutes")]
    [InlineData("NULL", "yes: the current key signs nothing yet")]
    public async Task A_previous_key_is_needed_until_the_last_token_that_it_signed_has_expired(
        string signsSince, string expected)
    {
        await RotateAsync(signsSince);

        Assert.Matches($"^{expected}$", (await RunAsync()).Fact("previous needed"));
    }

    private Task<DoctorRun> RunAsync()
    {
        var settings = DoctorRun.Settings(_database);
        settings["SigningKeys:Directory"] = _folder.FullName;
        return DoctorRun.WithAsync(settings, null, "--json");
    }

    // Two keys, of which the second signs; the database knows it when there is a moment.
    private async Task RotateAsync(string? signsSince)
    {
        var ct = TestContext.Current.CancellationToken;
        var source = new FileKeySource(_folder.FullName, makesFirstKey: true, TimeProvider.System);
        await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: true, ct);
        await source.AddAsync(SigningKey.GeneratePem(), onlyFirst: false, ct);
        await source.PromoteAsync(ct);
        if (signsSince is null) return;
        using var stored = await source.ReadAsync(ct);
        await _database.ExecuteAsync(
            $"INSERT INTO oauth_signing_keys (kid, n, e, signs_since) VALUES ($1, 'n', 'e', {signsSince})",
            stored[KeyStage.Current]!.Key.KeyId);
    }
}
