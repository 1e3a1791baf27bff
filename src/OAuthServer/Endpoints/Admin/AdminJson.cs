using System.Text.Json.Serialization;
using OAuthServer.Accounts.Editing;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Admin;

/// <summary>A refusal as the admin API answers it.</summary>
internal sealed record AdminError(string Error, string ErrorDescription)
{
    /// <summary>Each member or rule that stands in the way; left out where nothing is to be named.</summary>
    public IReadOnlyList<EditFault>? Faults { get; init; }
}

/// <summary>A refusal of what stands before every endpoint, as all of them answer it.</summary>
internal sealed record PipelineError(string Error, string? ErrorDescription, string? ErrorUri);

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

/// <summary>A page of accounts.</summary>
/// <param name="Accounts">In the order of their ids.</param>
/// <param name="Next">Where the next page begins (<c>after</c>); left out on the last one.</param>
internal sealed record AccountPage(IReadOnlyList<AccountView> Accounts, Guid? Next);

/// <summary>An account, and what a call did to it.</summary>
internal sealed record AccountAnswer
{
    public required AccountView Account { get; init; }

    public int WrongPasswords { get; init; }

    public int Sessions { get; init; }

    public int ConnectedApps { get; init; }

    public required ShownFactors Factors { get; init; }

    public bool IsOperator { get; init; }

    /// <summary>The one that was made, told this once.</summary>
    public string? Password { get; init; }

    /// <summary>Whether a link is on its way; left out where nothing was done.</summary>
    public bool? LinkMailed { get; init; }

    /// <summary>False when it was so already; left out where nothing was done.</summary>
    public bool? Changed { get; init; }

    public static AccountAnswer Of(AccountDetail account, EditedAccount? edited) => new()
    {
        Account = account.Account,
        WrongPasswords = account.WrongPasswords,
        Sessions = account.Sessions,
        ConnectedApps = account.ConnectedApps,
        Factors = new(account.AppAddedAt, account.Passkeys, account.RecoveryCodesLeft),
        IsOperator = account.IsOperator,
        Password = edited?.Password,
        LinkMailed = edited?.LinkMailed,
        Changed = edited?.Changed,
    };

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Account.ToString();
}

/// <summary>The second factors of an account.</summary>
internal sealed record ShownFactors(DateTimeOffset? AppAddedAt, int Passkeys, int RecoveryCodesLeft);

/// <summary>What a sign-out ends: sessions, or all that apps have too.</summary>
internal sealed record SignOutAsked
{
    public bool AllAccess { get; init; }
}

/// <summary>Whose sessions end: those of an account, or all that a client has of people.</summary>
internal sealed record SessionsAsked
{
    public Guid? Account { get; init; }

    public string? ClientId { get; init; }

    /// <summary>Of an account: all that apps have too.</summary>
    public bool AllAccess { get; init; }
}

/// <summary>Where a person is signed in.</summary>
internal sealed record SessionsAnswer(IReadOnlyList<LiveSession> Sessions);

/// <summary>How much ended: of an account, or of a client.</summary>
internal sealed record EndedAnswer
{
    public int? Sessions { get; init; }

    public int? RefreshTokens { get; init; }

    /// <summary>Of whom the client had something.</summary>
    public int? People { get; init; }

    /// <summary>True: call again.</summary>
    public bool? More { get; init; }
}

/// <summary>What the admin API answers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AdminError))]
[JsonSerializable(typeof(ClientPage))]
[JsonSerializable(typeof(ClientAnswer))]
[JsonSerializable(typeof(ClientView))]
[JsonSerializable(typeof(AccountPage))]
[JsonSerializable(typeof(AccountAnswer))]
[JsonSerializable(typeof(SessionsAnswer))]
[JsonSerializable(typeof(EndedAnswer))]
[JsonSerializable(typeof(ResourcesAnswer))]
[JsonSerializable(typeof(KeysAnswer))]
[JsonSerializable(typeof(EventsAnswer))]
internal sealed partial class AdminJson : JsonSerializerContext;
