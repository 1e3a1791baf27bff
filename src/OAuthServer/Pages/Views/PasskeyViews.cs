using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

/// <summary>What a page asks the browser by; the script alone shows the button.</summary>
/// <param name="Options">JSON for <c>navigator.credentials</c>.</param>
/// <param name="Ticket">The challenge, sealed; posted back as it is.</param>
public sealed record PasskeyAskView(string Options, string Ticket)
{
    /// <summary>Without the challenge.</summary>
    public override string ToString() => "a passkey challenge";
}

/// <summary>A passkey as it is shown to its person.</summary>
/// <param name="Id">Posted back to remove it.</param>
/// <param name="Name">The person's own word.</param>
/// <param name="AddedAt">When it was added.</param>
/// <param name="UsedAt">When it signed in last; null for never.</param>
public sealed record PasskeyView(string Id, string Name, DateTimeOffset AddedAt, DateTimeOffset? UsedAt);

/// <summary>The passkeys of an account.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Passkeys">The oldest first.</param>
public sealed record PasskeysView(string UserName, IReadOnlyList<PasskeyView> Passkeys)
{
    /// <summary>For a new one; null where the person has to sign in first, or may not add any.</summary>
    public PasskeyAskView? Ask { get; init; }

    /// <summary>Where the person signs in first to add one; null where they need not, or may not add any.</summary>
    public string? SignInUrl { get; init; }

    /// <summary>What was wrong with the last try; null for nothing.</summary>
    public Words? Fault { get; init; }

    /// <summary>What was just done; null for nothing.</summary>
    public Words? Notice { get; init; }
}
