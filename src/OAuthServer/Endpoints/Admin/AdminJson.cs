using System.Text.Json.Serialization;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Endpoints.Admin;

/// <summary>A refusal as the admin API answers it.</summary>
internal sealed record AdminError(string Error, string ErrorDescription)
{
    /// <summary>Each member or rule that stands in the way; left out where nothing is to be named.</summary>
    public IReadOnlyList<EditFault>? Faults { get; init; }
}

/// <summary>A page of clients.</summary>
/// <param name="Clients">In the order of their ids.</param>
/// <param name="Next">Where the next page begins (<c>after</c>); left out on the last one.</param>
internal sealed record ClientPage(IReadOnlyList<ClientView> Clients, string? Next);

/// <summary>A client with the secret that was made for it, which is told this once.</summary>
/// <param name="ClientSecret">Null when none was made.</param>
internal sealed record ClientAnswer(ClientView Client, string? ClientSecret)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Client.ClientId;
}

/// <summary>What the admin API answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdminError))]
[JsonSerializable(typeof(ClientPage))]
[JsonSerializable(typeof(ClientAnswer))]
[JsonSerializable(typeof(ClientView))]
[JsonSerializable(typeof(ResourcesAnswer))]
[JsonSerializable(typeof(KeysAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
internal sealed partial class AdminJson : JsonSerializerContext;
