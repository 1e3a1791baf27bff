using System.Text.Json.Serialization;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Operators.Clients;

/// <summary>What the clients commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ClientView[]))]
[JsonSerializable(typeof(ClientsHashCommand.Hashed))]
[JsonSerializable(typeof(ClientsLintCommand.Finding[]))]
[JsonSerializable(typeof(ClientsLogoCommand.StoredLogo))]
[JsonSerializable(typeof(ClientsRotateCommand.Rotated))]
[JsonSerializable(typeof(ClientsSwitchCommand.Switched))]
[JsonSerializable(typeof(ClientPlanReport))]
internal sealed partial class ClientsJson : JsonSerializerContext;
