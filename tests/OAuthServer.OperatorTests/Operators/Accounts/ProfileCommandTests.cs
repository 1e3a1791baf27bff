using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary>What apps learn of a person, written and shown by command.</summary>
public sealed class ProfileCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestData.CreateDatabaseAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_profile_is_written_column_by_column_and_shown()
    {
        var first = await RunAsync(
            "BOB@example.com", "--set", "name=Bob = Example", "--set", "phone_number=+33140205050", "--set",
            "phone_number_verified=true");
        Assert.Equal(
            (0, "Bob = Example", true),
            (first.Code, Claim(first, "name"), first.Json.GetProperty("phone_number_verified").GetBoolean()));
        Assert.Equal("bob@example.com", Claim(first, "email"));

        var second = await RunAsync(
            TestData.BobId.ToString(),
            "--set",
            "given_name=Bob",
            "--set",
            "country=France",
            "--clear",
            "phone_number",
            "--clear",
            "phone_number_verified");
        Assert.Equal(("Bob = Example", "Bob", "France"), (
            Claim(second, "name"),
            Claim(second, "given_name"),
            second.Json.GetProperty("address").GetProperty("country").GetString()));
        Assert.False(second.Json.TryGetProperty("phone_number", out _));
        Assert.False(second.Json.TryGetProperty("phone_number_verified", out _));

        Assert.Equal(second.Output, (await RunAsync("bob@example.com")).Output);
        Assert.Equal(
            ["name phone_number phone_number_verified", "country given_name phone_number phone_number_verified"],
            await ChangesAsync());
    }

    [Theory]
    [InlineData("name= ", "Nothing was written: profile_texts_have_1_to_500_characters.")]
    [InlineData("birthdate=yesterday", "Nothing was written: birthdate_is_a_date_or_a_year.")]
    [InlineData("phone_number_verified=true", "Nothing was written: phone_number_is_there_when_verified.")]
    [InlineData("phone_number_verified=yes", "phone_number_verified is true or false.")]
    [InlineData("name", "name has no value: write COLUMN=VALUE.")]
    public async Task What_no_app_could_read_is_refused_and_changes_nothing(string set, string error)
    {
        var run = await RunAsync("bob@example.com", "--set", "nickname=Bobby", "--set", set);
        Assert.Equal((1, error), (run.Code, run.Error.TrimEnd()));
        Assert.False((await RunAsync("bob@example.com")).Json.TryGetProperty("nickname", out _));
        Assert.Empty(await ChangesAsync());
    }

    [Theory]
    [InlineData("--set", "account_id=x")]
    [InlineData("--set", "updated_at=now")]
    [InlineData("--clear", "shoe_size")]
    public async Task An_unknown_column_is_answered_with_those_that_there_are(string option, string value)
    {
        var run = await RunAsync("bob@example.com", option, value);
        Assert.Equal(1, run.Code);
        Assert.Contains(" is none of address_formatted, birthdate, country, ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_is_named_once_and_the_account_has_to_be_there()
    {
        Assert.Equal(
            "name is named twice.",
            (await RunAsync("bob@example.com", "--set", "name=B", "--clear", "name")).Error.TrimEnd());
        Assert.Equal("There is no account nobody@example.com.", (await RunAsync("nobody@example.com")).Error.TrimEnd());
    }

    private static string? Claim(CommandRun run, string name) => run.Json.GetProperty(name).GetString();

    private async Task<IReadOnlyList<string>> ChangesAsync() =>
        [
            .. (await _database.QueryAsync(
                "SELECT detail FROM oauth_audit_events WHERE event = 'profile_changed' "
                    + "AND pseudonym = pseudonym_of($1) ORDER BY id",
                TestData.BobId)).Select(row => (string)row["detail"]!),
        ];

    private Task<CommandRun> RunAsync(params string[] args) =>
        CommandLine.On(_database.ConnectionString).RunAsync(["accounts", "profile", .. args], Ct);
}
