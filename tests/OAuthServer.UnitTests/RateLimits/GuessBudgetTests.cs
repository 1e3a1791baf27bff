using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

/// <summary>How many wrong secrets and passwords there may be, whose they are, and for how long.</summary>
public sealed class GuessBudgetTests : IDisposable
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private static readonly Guid Alice = Handle.NewId();
    private static readonly Guid Bob = Handle.NewId();

    private readonly FakeTimeProvider _clock = new();
    private readonly PasswordGuesses _passwords;
    private readonly SecretGuesses _secrets;

    public GuessBudgetTests()
    {
        var limit = new GuessLimit { PermitLimit = 5, Window = Window };
        var options = Options.Create(new RateLimitOptions { Passwords = limit, ClientSecrets = limit });
        _passwords = new PasswordGuesses(options, _clock);
        _secrets = new SecretGuesses(options, _clock);
    }

    public void Dispose()
    {
        _passwords.Dispose();
        _secrets.Dispose();
    }

    [Fact]
    public void Fifty_guesses_in_a_quarter_of_an_hour_are_usual()
    {
        var usual = new RateLimitOptions();

        Assert.Equal((50, Window), (usual.Passwords.PermitLimit, usual.Passwords.Window));
        Assert.Equal((50, Window), (usual.ClientSecrets.PermitLimit, usual.ClientSecrets.Window));
    }

    [Fact]
    public async Task Whoever_brings_something_live_of_the_client_has_three_guesses_of_its_own()
    {
        for (var guess = 1; guess <= 3; guess++)
        {
            Assert.Null(_secrets.UsedUp("c", Alice));
            Assert.Equal(guess == 3, await _secrets.CountAsync("c", Alice) is not null);
        }

        Assert.Equal(new BudgetState(3, 0, Window), _secrets.UsedUp("c", Alice));
        Assert.Null(_secrets.UsedUp("c", Bob));
        Assert.Null(_secrets.UsedUp("d", Alice));
        Assert.Null(_secrets.UsedUp("c", null));
        Assert.Null(await _secrets.CountAsync("c", Alice));
        _clock.Advance(Window);
        Assert.Null(_secrets.UsedUp("c", Alice));
    }

    [Fact]
    public async Task A_client_withstands_as_many_guesses_as_are_set_and_all_unknown_ones_together_as_many()
    {
        foreach (var client in (string?[])["c", null])
        {
            for (var guess = 1; guess <= 5; guess++)
                Assert.Equal(guess == 5, await _secrets.CountAsync(client, null) is not null);
            Assert.NotNull(_secrets.UsedUp(client, null));
        }

        Assert.Null(_secrets.UsedUp("d", null));
        Assert.Equal(
            [("client_secrets", 2), ("client_secret_holders", 0)],
            _secrets.Sizes.Select(size => (size.Key, size.Value)));
    }

    [Fact]
    public async Task A_browser_that_knows_the_account_has_ten_guesses()
    {
        var device = Handle.NewId();
        for (var guess = 0; guess < 10; guess++)
        {
            Assert.True(_passwords.MayTry(device, Alice));
            await _passwords.CountAsync(device, Alice);
        }

        Assert.False(_passwords.MayTry(device, Alice));
        Assert.True(_passwords.MayTry(device, Bob));
        Assert.True(_passwords.MayTry(Handle.NewId(), Alice));
        Assert.True(_passwords.MayConfirm(Alice));
        _clock.Advance(Window);
        Assert.True(_passwords.MayTry(device, Alice));
    }

    [Fact]
    public async Task Whoever_holds_a_session_has_ten_guesses_at_its_password()
    {
        for (var guess = 0; guess < 10; guess++)
        {
            Assert.True(_passwords.MayConfirm(Alice));
            await _passwords.CountConfirmationAsync(Alice);
        }

        Assert.False(_passwords.MayConfirm(Alice));
        Assert.True(_passwords.MayConfirm(Bob));
    }

    [Fact]
    public void Three_may_try_at_one_account_and_three_with_one_password_at_the_same_moment()
    {
        var same = Enumerable.Range(0, 4).Select(number => Guess("a@example.com", $"p{number}")).ToList();
        Assert.Equal([true, true, true, false], same.Select(_passwords.TryBegin));
        _passwords.End(same[0]);
        Assert.True(_passwords.TryBegin(same[3]));

        var password = Enumerable.Range(0, 4).Select(number => Guess($"b{number}@example.com", "one")).ToList();
        Assert.Equal([true, true, true, false], password.Select(_passwords.TryBegin));
        // Who was not let in for the password has left the account free.
        for (var tries = 0; tries < 3; tries++) Assert.True(_passwords.TryBegin(Guess("b3@example.com", $"q{tries}")));
    }

    [Fact]
    public async Task A_stranger_uses_up_the_account_the_password_and_the_address_of_the_guess()
    {
        for (var guess = 1; guess <= 5; guess++)
        {
            var typed = Guess("a@example.com", $"p{guess}");
            Assert.Null(_passwords.UsedUp(typed));
            Assert.Equal(guess == 1, _passwords.IsNewcomer(typed));
            Assert.Equal(
                guess == 5 ? [Reasons.AccountGuessesExhausted] : [],
                (await _passwords.CountAsync(typed)).Select(used => used.Reason));
        }

        Assert.NotNull(_passwords.UsedUp(Guess("a@example.com", "p6")));
        Assert.Null(_passwords.UsedUp(Guess("b@example.com", "p6")));
        Assert.True(_passwords.IsNewcomer(Guess("b@example.com", "p6")));
        Assert.True(_passwords.IsNewcomer(Guess("a@example.com", "p6", "192.0.2.9")));
        Assert.Empty(await _passwords.CountAsync(Guess("a@example.com", "p6")));
    }

    [Fact]
    public async Task One_password_tried_at_many_accounts_is_used_up_too()
    {
        for (var guess = 1; guess <= 5; guess++)
        {
            var typed = Guess($"a{guess}@example.com", "Summer2026!");
            Assert.Equal(
                guess == 5 ? [Reasons.PasswordGuessesExhausted] : [],
                (await _passwords.CountAsync(typed)).Select(used => used.Reason));
        }

        Assert.NotNull(_passwords.UsedUp(Guess("z@example.com", "Summer2026!")));
        Assert.Null(_passwords.UsedUp(Guess("z@example.com", "summer2026!")));
        Assert.Equal(
            [("accounts", 5), ("passwords", 1), ("devices", 0), ("addresses", 5)],
            _passwords.Sizes.Select(size => (size.Key, size.Value)));
    }

    private static PasswordGuess Guess(string email, string password, string address = "192.0.2.1") =>
        new(email, password, ClientAddress.From(IPAddress.Parse(address)));
}
