using System.CommandLine;
using System.Text.Json;
using OAuthServer.Accounts.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts create | invite</c>: an account with a password, or one whose owner chooses it by a mailed
/// link.
/// </summary>
internal static class AccountsCreateCommand
{
    /// <param name="runner">Runs it.</param>
    /// <param name="input">Where a password is read from; null is standard input.</param>
    public static Command Create(CommandRunner runner, TextReader? input = null)
    {
        var password = new GivenPassword(runner.Settings, input);
        var email = Address();
        var name = Name();
        var confirmed = Confirmed();
        var json = CommandOutput.Json();
        var command = new Command(
            "create",
            "Make an account with a password. 0: done; 1: there is one, or the address or the password is refused.")
        {
            email, password.Stdin, password.File, password.Generate, name, confirmed, json,
        };
        command.Validators.Add(given => password.CheckOne(given, isRequired: true));
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var address = parsed.GetValue(email)!.Trim();
            if (await password.ReadAsync(parsed, address, ct) is not { } made) return ExitCodes.Refused;
            var person = NewPerson.Account(address, parsed.GetValue(name)) with
            {
                PasswordHash = made.Hash,
                EmailConfirmed = parsed.GetValue(confirmed),
            };
            if (!await TryAsync(parsed, database, person, null, ct)) return ExitCodes.Refused;
            await PrintAsync(parsed, json, new Made(person.Id, person.Email, made.Shown, false));
            return ExitCodes.Done;
        }));
        return command;
    }

    public static Command Invite(CommandRunner runner)
    {
        var email = Address();
        var name = Name();
        var json = CommandOutput.Json();
        var command = new Command(
            "invite",
            "Make an account without a password and mail its owner a link to choose one, which confirms the address. "
            + "For an account that has none yet the link is sent again. 0: done; 1: the account has a password, or the "
            + "address is refused.") { email, name, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            var person = NewPerson.Account(parsed.GetValue(email)!, parsed.GetValue(name));
            var known = await new Storage.Accounts(database).FindNormalizedAsync(person.NormalizedEmail, ct);
            if (known is { PasswordHash: null, DisabledAt: null })
            {
                await new AccountEditing(database).InviteAsync(known.Id, MailKind.Invitation, AccountEdit.Command, ct);
                person = person with { Id = known.Id };
            }
            else if (!await TryAsync(parsed, database, person, MailKind.Invitation, ct))
            {
                return ExitCodes.Refused;
            }

            await PrintAsync(parsed, json, new Made(person.Id, person.Email, null, true));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static Argument<string> Address() => new("email") { Description = "The e-mail address." };

    private static Option<string?> Name() => new("--name")
    {
        Description = "The name of the person in full, as apps may show it.",
    };

    private static Option<bool> Confirmed() => new("--confirmed")
    {
        Description = "The address is known to be the person's: apps are told that it is verified.",
    };

    // False after the fault was printed.
    private static async Task<bool> TryAsync(
        ParseResult parsed, OAuthDatabase database, NewAccount person, MailKind? mail, CancellationToken ct)
    {
        var refusal = await new AccountEditing(database).TryCreateAsync(
            [person], (AccountEdit.Command, "by command"), mail, false, ct);
        if (refusal is null) return true;
        await parsed.PrintErrorAsync(refusal is AccountTable.EmailIndex or AccountTable.UserNameIndex
            ? $"There is an account {TerminalText.Quoted(person.Email)} already."
            : $"Nothing was written: {refusal}.");
        return false;
    }

    private static Task PrintAsync(ParseResult parsed, Option<bool> json, Made made)
    {
        if (parsed.GetValue(json)) return parsed.PrintAsync(JsonSerializer.Serialize(made, AccountsJson.Default.Made));
        var address = TerminalText.Safe(made.Email);
        var sentence = made.LinkMailed
            ? $"{address} is invited ({made.Account}): a link to choose a password is on its way, good for 24 hours."
            : $"{address} has an account ({made.Account}).";
        return parsed.PrintAsync(made.Password is { } password
            ? $"{sentence}{Environment.NewLine}password (it is not shown again): {password}"
            : sentence);
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="Email">The address.</param>
    /// <param name="Password">The one that was made; null for one that was given, or none.</param>
    /// <param name="LinkMailed">Whether a link to choose a password is on its way.</param>
    internal sealed record Made(Guid Account, string Email, string? Password, bool LinkMailed)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => Account.ToString();
    }
}
