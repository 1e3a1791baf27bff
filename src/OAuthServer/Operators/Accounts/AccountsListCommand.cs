using System.CommandLine;
using System.Text.Json;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary><c>OAuthServer accounts list</c>: a line for each account, in the order of addresses.</summary>
internal static class AccountsListCommand
{
    private const int UsualLimit = 100;
    private const int HighestLimit = 10_000;
    private const int WidestAddress = 50;

    public static Command Create(CommandRunner runner)
    {
        var json = CommandOutput.Json();
        var limit = Limit();
        var asked = new Filter();
        var command = new Command("list", "Show accounts. 0: done, also when there are none.")
        {
            asked.Email, asked.Disabled, asked.Locked, asked.Unconfirmed, asked.WithoutPassword, limit, json,
        };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var most = parsed.GetValue(limit);
            var found = await new AccountListing(database).FindAsync(asked.Of(parsed), most + 1, ct);
            var now = runner.Settings.Clock.GetUtcNow();
            var views = found.Take(most).Select(account => AccountView.Of(account, now)).ToArray();
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(views, AccountsJson.Default.AccountViewArray)
                : Table(views));
            if (found.Count > most)
                await parsed.PrintErrorAsync($"There are more than {most}: narrow it down, or raise --limit.");
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Option<int> Limit()
    {
        var limit = new Option<int>("--limit")
        {
            Description = $"How many at most, 1 to {HighestLimit}; {UsualLimit} when absent.",
            DefaultValueFactory = _ => UsualLimit,
        };
        limit.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int>() is < 1 or > HighestLimit)
                given.AddError($"--limit must be from 1 to {HighestLimit}.");
        });
        return limit;
    }

    private static string Table(IEnumerable<AccountView> views) => TerminalText.Table(
    [
        ["ACCOUNT", "STATE", "CONFIRMED", "PASSWORD", "CREATED", "ADDRESS"],
        .. views.Select(view => (string[])
        [
            view.Id.ToString(),
            view.State,
            view.EmailVerified ? "yes" : "no",
            view.Password ?? "none",
            TerminalText.Time(view.CreatedAt),
            TerminalText.Cut(view.Email, WidestAddress),
        ]),
    ]);

    private sealed class Filter
    {
        public Option<string?> Email { get; } = new("--email")
        {
            Description = "Only addresses with this in it.",
            HelpName = "PART",
        };

        public Option<bool> Disabled { get; } = new("--disabled") { Description = "Only disabled ones." };

        public Option<bool> Locked { get; } = new("--locked") { Description = "Only those locked by guesses." };

        public Option<bool> Unconfirmed { get; } = new("--unconfirmed")
        {
            Description = "Only those whose address is not confirmed.",
        };

        public Option<bool> WithoutPassword { get; } = new("--without-password")
        {
            Description = "Only those without a password.",
        };

        public AccountFilter Of(ParseResult parsed) => new()
        {
            Address = parsed.GetValue(Email) is { } part && OpaqueString.Of(part) is not null
                ? new AddressNormalizer().NormalizeEmail(part)
                : null,
            Disabled = parsed.GetValue(Disabled),
            Locked = parsed.GetValue(Locked),
            Unconfirmed = parsed.GetValue(Unconfirmed),
            WithoutPassword = parsed.GetValue(WithoutPassword),
        };
    }
}
