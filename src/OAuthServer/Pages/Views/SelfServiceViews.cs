using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

// Public, because generated component classes are, and the types of their parameters have to be.

/// <summary>A form that asks for a mail.</summary>
/// <param name="Name">Which one, as its texts begin: <c>Forgot</c> or <c>Register</c>.</param>
/// <param name="Route">Where it is posted.</param>
/// <param name="Email">What was typed before.</param>
/// <param name="Failed">True when that is no address.</param>
public sealed record AskMailView(string Name, string Route, string Email, bool Failed);

/// <summary>What came of a form.</summary>
/// <param name="Name">As its title and its text begin.</param>
/// <param name="Url">Where to go on.</param>
/// <param name="Link">The words of the link there.</param>
public sealed record SelfServiceMessageView(string Name, string Url, string Link);

/// <summary>A form that sets a password, behind a mailed link.</summary>
/// <param name="Name">What the link is for, as its texts begin: <c>Reset</c>, <c>Invitation</c> or <c>Registration</c>.</param>
/// <param name="Route">Where it is posted.</param>
/// <param name="Token">Of the link, posted back as it is.</param>
/// <param name="Address">That the link was sent to; also tells password managers which entry it is.</param>
/// <param name="Fault">What was wrong with the last try; null for none.</param>
public sealed record ChoosePasswordView(string Name, string Route, string Token, string Address, Words? Fault)
{
    /// <summary>The fewest characters that a new password has.</summary>
    public required int Shortest { get; init; }

    /// <summary>The most.</summary>
    public required int Longest { get; init; }

    /// <summary>Holds a link.</summary>
    public override string ToString() => $"a form to choose a password for {Name}";
}
