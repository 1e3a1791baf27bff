using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// <c>OAuthServer accounts factors</c>: which second factors a person has, and taking them away from somebody who has
/// lost them all.
/// </summary>
internal static class AccountsFactorsCommand
{
    public static Command Create(CommandRunner runner)
    {
        var who = NamedAccount.Argument();
        var remove = new Option<bool>("--remove")
        {
            Description = "Take every second factor away, for somebody who has lost them and who you are sure it is.",
        };
        var json = CommandOutput.Json();
        var command = new Command(
            "factors",
            "Show the second factors of a person, or take them away. 0: done; 1: there is no such account.")
            { who, remove, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await NamedAccount.FindAsync(parsed, who, database, ct) is not { } account) return ExitCodes.Refused;
            var removes = parsed.GetValue(remove);
            var factors = new AccountFactors(database);
            var state = await factors.FindAsync(account.Id, ct);
            if (removes)
            {
                var issuers = runner.Settings.ProviderIssuers;
                await new AccountEditing(database, issuers).RemoveFactorsAsync(account.Id, AccountEdit.Command, ct);
            }

            var shown = new ShownFactors(account.Id, state.AppAddedAt, state.RecoveryCodesLeft, removes)
            {
                Passkeys = state.Passkeys,
                PasskeysKept = removes ? (await factors.FindAsync(account.Id, ct)).Passkeys : state.Passkeys,
            };
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(shown, FactorsJson.Default.ShownFactors)
                : Sentence(shown, account.Known));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Sentence(ShownFactors shown, string email)
    {
        var name = TerminalText.Safe(email);
        if (shown is { Removed: true, PasskeysKept: > 0 })
            return $"{name} keeps the passkeys, the only way to sign in, and has no other second factor any more.";
        if (shown.Removed) return $"{name} has no second factor any more: one factor is enough to sign in.";
        if (shown.AppAddedAt is null && shown.Passkeys == 0) return $"{name} has no second factor.";
        var app = shown.AppAddedAt is { } added ? $"an authenticator app since {TerminalText.Time(added)}" : "no app";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name} has {app}; passkeys: {shown.Passkeys}; recovery codes left: {shown.RecoveryCodesLeft}.");
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="Account">The id.</param>
    /// <param name="AppAddedAt">When the authenticator app was added; null without one.</param>
    /// <param name="RecoveryCodesLeft">Those that were not used.</param>
    /// <param name="Removed">Whether all of it was taken away by this command.</param>
    internal sealed record ShownFactors(
        Guid Account, DateTimeOffset? AppAddedAt, int RecoveryCodesLeft, bool Removed)
    {
        /// <summary>How many there are, or were.</summary>
        public int Passkeys { get; init; }

        /// <summary>How many there are now: passkeys that are the only way in are not taken away.</summary>
        public int PasskeysKept { get; init; }
    }
}

/// <summary>What the command prints with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AccountsFactorsCommand.ShownFactors))]
internal sealed partial class FactorsJson : JsonSerializerContext;
