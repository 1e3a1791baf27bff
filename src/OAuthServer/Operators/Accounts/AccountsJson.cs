using System.Text.Json.Serialization;
using OAuthServer.Accounts.Editing;

namespace OAuthServer.Operators.Accounts;

/// <summary>What the accounts commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(AccountsSignOutCommand.SignedOut))]
[JsonSerializable(typeof(AccountsCreateCommand.Made))]
[JsonSerializable(typeof(AccountsSwitchCommand.Switched))]
[JsonSerializable(typeof(AccountsResetCommand.Reset))]
[JsonSerializable(typeof(AccountsShowCommand.Shown))]
[JsonSerializable(typeof(AccountView[]))]
[JsonSerializable(typeof(Import.ImportSummary))]
internal sealed partial class AccountsJson : JsonSerializerContext;
