using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

// Public, because generated component classes are, and the types of their parameters have to be.

/// <summary>A form that asks for a mail.</summary>
/// <param name="Name">Which one, as its texts begin: <c>Forgot</c> or <c>Register</c>.</param>
/// <param name="Route">Where it is posted.</param>
/// <param name="Email">What was typed before.</param>
/// <param name="Failed">True when that is no address.</param>
public sealed record AskMailView(string Name, string Route, string Email, bool Failed);

/// <summary>A form that sets a password, behind a mailed link.</summary>
/// <param name="Name">
/// What the link is for, as its texts begin: <c>Reset</c>, <c>Invitation</c> or <c>Registration</c>.
/// </param>
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

/// <summary>Mails that Development shows instead of sending them.</summary>
/// <param name="Mails">The newest first.</param>
public sealed record MailsView(IReadOnlyList<MailView> Mails);

/// <summary>One of them.</summary>
public sealed record MailView(string To, string Subject, IReadOnlyList<string> Paragraphs)
{
    /// <summary>Holds a link.</summary>
    public override string ToString() => Subject;
}

/// <summary>The address of the account.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Address">Of the account.</param>
/// <param name="Confirmed">Whether its mailbox was ever shown to be the person's.</param>
/// <param name="Typed">What was typed as a new one.</param>
/// <param name="Failed">True when that is no address.</param>
/// <param name="Notice">What was just done; null for nothing.</param>
public sealed record EmailView(
    string UserName, string Address, bool Confirmed, string Typed, bool Failed, Words? Notice);

/// <summary>A form behind a link that is about an address.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Token">Of the link, posted back as it is.</param>
/// <param name="Address">That the link was sent to.</param>
/// <param name="IsNew">Whether it takes the place of another.</param>
public sealed record ConfirmEmailView(string UserName, string Token, string Address, bool IsNew)
{
    /// <summary>Holds a link.</summary>
    public override string ToString() => $"a form to confirm the address of {UserName}";
}

/// <param name="UserName">Whose account it is.</param>
/// <param name="HasDownload">Whether what is kept can be downloaded first.</param>
/// <param name="Failed">True when the box was not ticked.</param>
public sealed record DeleteView(string UserName, bool HasDownload, bool Failed);

/// <param name="UserName">Whose data it is.</param>
/// <param name="HasDeletion">Whether the account can be deleted.</param>
public sealed record DataView(string UserName, bool HasDeletion);
