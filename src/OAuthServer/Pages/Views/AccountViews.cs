using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

/// <summary>Everything of the account in one place.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Entries">Where it leads, in this order.</param>
public sealed record AccountView(string UserName, IReadOnlyList<AccountEntry> Entries);

/// <summary>A page of the account.</summary>
/// <param name="Route">Its address, below the issuer's path.</param>
/// <param name="Title">Its name.</param>
/// <param name="Text">What can be done there.</param>
public sealed record AccountEntry(string Route, Words Title, Words Text);

/// <summary>The page on which a person writes what apps may learn of them.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Values">What stands in the fields, by column.</param>
/// <param name="Languages">The languages of pages: each by its tag, with its name in itself.</param>
public sealed record ProfileView(
    string UserName,
    IReadOnlyDictionary<string, string> Values,
    IReadOnlyList<KeyValuePair<string, string>> Languages)
{
    /// <summary>True after it was saved.</summary>
    public bool IsSaved { get; init; }

    /// <summary>Why it was not; null for no reason.</summary>
    public Words? Fault { get; init; }

    /// <summary>Personal data stays out of logs.</summary>
    public override string ToString() => "a profile";
}
