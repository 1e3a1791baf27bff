using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

/// <summary>The page that asks for the second factor.</summary>
public sealed record FactorView
{
    /// <summary>Who typed the password.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Where the person goes afterwards; null for the default.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>True to ask for a recovery code instead of one of the app.</summary>
    public bool IsRecovery { get; init; }

    /// <summary>What was ticked.</summary>
    public bool Remember { get; init; }

    /// <summary>What was wrong with the last try; null for nothing.</summary>
    public Words? Fault { get; init; }

    /// <summary>The app that waits; null for none.</summary>
    public string? ClientName { get; init; }

    /// <summary>Ends the request of that app.</summary>
    public string? CancelUrl { get; init; }

    /// <summary>The same page, asking for the other kind of code; null where there is none.</summary>
    public string? OtherWayUrl { get; init; }

    /// <summary>For a passkey instead; null for whoever has none.</summary>
    public PasskeyAskView? Passkey { get; init; }

    /// <summary>How many days the browser can be remembered; 0 for not at all.</summary>
    public int RememberDays { get; init; }
}

/// <summary>The page that sets up an authenticator app.</summary>
/// <param name="Uri">What the picture says.</param>
/// <param name="Secret">The same for typing, in base32.</param>
/// <param name="Ticket">Holds the enrolment, sealed; posted back as it is.</param>
public sealed record AuthenticatorView(string Uri, string Secret, string Ticket)
{
    /// <summary>Where the person goes afterwards; null for the default.</summary>
    public string? ReturnUrl { get; init; }

    /// <summary>Who is signed in; null while there is no session.</summary>
    public string? UserName { get; init; }

    /// <summary>The name of the entry in the app.</summary>
    public required string AccountName { get; init; }

    /// <summary>True when the person cannot go on without it.</summary>
    public bool IsNeeded { get; init; }

    /// <summary>True when the code was not right.</summary>
    public bool Failed { get; init; }

    /// <summary>The secret in groups of four.</summary>
    public IEnumerable<string> Groups => Secret.Chunk(4).Select(group => new string(group));

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"authenticator of {AccountName}";
}

/// <summary>Recovery codes, the one time that they are shown.</summary>
/// <param name="UserName">Whose they are.</param>
/// <param name="Codes">All of them.</param>
/// <param name="ContinueUrl">Where the person goes on.</param>
public sealed record RecoveryCodesView(string UserName, IReadOnlyList<string> Codes, string ContinueUrl)
{
    /// <summary>Without the codes.</summary>
    public override string ToString() => $"recovery codes of {UserName}";
}

/// <summary>The second factors of an account.</summary>
/// <param name="UserName">Who is signed in.</param>
public sealed record FactorsView(string UserName)
{
    /// <summary>When the app was added; null without one.</summary>
    public DateTimeOffset? AppAddedAt { get; init; }

    /// <summary>When a code of it was used last.</summary>
    public DateTimeOffset? AppUsedAt { get; init; }

    /// <summary>How many there are.</summary>
    public int Passkeys { get; init; }

    /// <summary>Null where there is no factor, and so nothing to recover.</summary>
    public int? RecoveryCodesLeft { get; init; }

    /// <summary>False where people may not add factors.</summary>
    public bool MayAdd { get; init; }

    /// <summary>False where everyone needs one.</summary>
    public bool MayRemove { get; init; }

    /// <summary>True where browsers can be remembered.</summary>
    public bool RemembersBrowsers { get; init; }

    /// <summary>What was just done; null for nothing.</summary>
    public Words? Notice { get; init; }
}
