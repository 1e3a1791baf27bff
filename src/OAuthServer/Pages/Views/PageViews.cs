using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views;

// Public, because generated component classes are, and the types of their parameters have to be.

/// <summary>The consent page.</summary>
public sealed record ConsentView
{
    /// <summary>As registered; shown escaped and isolated, whatever it holds.</summary>
    public required string ClientName { get; init; }

    /// <summary>Who makes the app; nothing where that is not known.</summary>
    public AppView App { get; init; } = new();

    /// <summary>What the person should look at twice.</summary>
    public IReadOnlyList<Words> Warnings { get; init; } = [];

    /// <summary>Where the answer goes: a host, or the scheme of a private-use redirect URI.</summary>
    public required string RedirectHost { get; init; }

    /// <summary>What is asked for and not granted yet.</summary>
    public required IReadOnlyList<ApiView> Asked { get; init; }

    /// <summary>What the app has been granted before.</summary>
    public required IReadOnlyList<ApiView> AlreadyGranted { get; init; }

    /// <summary>Who is signed in.</summary>
    public required string UserName { get; init; }

    /// <summary>Holds the request, sealed; posted back as it is.</summary>
    public required string Ticket { get; init; }

    /// <summary>The link for "not you?".</summary>
    public required string SwitchAccountUrl { get; init; }
}

/// <summary>What a client registered about itself (RFC 7591 §2): links of https alone.</summary>
public sealed record AppView
{
    public string? HomePage { get; init; }

    public string? PrivacyPolicy { get; init; }

    public string? Terms { get; init; }

    /// <summary>The address of its picture on this server.</summary>
    public string? Logo { get; init; }

    public bool HasLinks => (HomePage ?? PrivacyPolicy ?? Terms) is not null;
}

/// <summary>An API, and what an app may do there.</summary>
/// <param name="Name">As registered, in plain words.</param>
/// <param name="Scopes">At least one.</param>
/// <param name="IsPerson">True for the person's own account, whose scopes pages have words for.</param>
public sealed record ApiView(string Name, IReadOnlyList<ScopeView> Scopes, bool IsPerson = false);

/// <summary>A scope in plain words.</summary>
/// <param name="Name">The scope as registered, such as <c>read:profile</c>.</param>
/// <param name="Description">
/// What it lets the app do: "See your name and picture". The name again when there are no words.
/// </param>
public sealed record ScopeView(string Name, string Description);

/// <summary>The error page: text alone.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What went wrong, in a few words.</param>
/// <param name="Description">What the developer of an app is told, in English; empty for nothing.</param>
/// <param name="Code">The stable reason code.</param>
/// <param name="CorrelationId">Finds the request in the log.</param>
public sealed record ErrorView(int Status, Words Title, string Description, string Code, string CorrelationId)
{
    /// <summary>What the person is told; null for the words of the code.</summary>
    public Words? Explanation { get; init; }

    /// <summary>A redirect URI that was refused, as anybody may have written it; shown in Development alone.</summary>
    public string? RedirectUri { get; init; }
}

/// <summary>The way back to an app on this device.</summary>
/// <param name="ClientName">As registered.</param>
/// <param name="Url">The registered redirect URI, with the answer.</param>
public sealed record ContinueView(string ClientName, string Url)
{
    /// <summary>The link holds a code.</summary>
    public override string ToString() => $"way back to {ClientName}";
}

/// <summary>An answer that the browser posts to an app.</summary>
/// <param name="ClientName">As registered.</param>
/// <param name="Url">The registered redirect URI.</param>
/// <param name="Fields">The answer.</param>
public sealed record FormPostView(
    string ClientName, string Url, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The fields hold a code.</summary>
    public override string ToString() => $"answer to {ClientName}";
}

/// <summary>A consent form that was answered before.</summary>
/// <param name="ClientName">The app that was allowed.</param>
/// <param name="AppHost">Where the app is, in words.</param>
/// <param name="AppUrl">The start page of that host; null where there is none to link to.</param>
/// <param name="ConnectionsUrl">The apps that have access.</param>
public sealed record AnsweredView(string ClientName, string AppHost, string? AppUrl, string ConnectionsUrl);

/// <summary>The sign-in page.</summary>
/// <param name="ClientName">The app to go on to; null when the person came by themselves.</param>
/// <param name="CancelUrl">Where Cancel goes; null for no such link.</param>
/// <param name="ReturnUrl">The internal target after signing in; null for the default.</param>
/// <param name="Email">What was typed before.</param>
/// <param name="Keep">Whether 'keep me signed in' was ticked.</param>
/// <param name="Failed">True after a failed try.</param>
public sealed record SignInView(
    string? ClientName,
    string? CancelUrl,
    string? ReturnUrl,
    string Email = "",
    bool Keep = false,
    bool Failed = false)
{
    /// <summary>For signing in with a passkey; null where there are none.</summary>
    public PasskeyAskView? Passkey { get; init; }

    /// <summary>True when a passkey was not taken.</summary>
    public bool PasskeyFailed { get; init; }

    /// <summary>Where else the person can sign in.</summary>
    public IReadOnlyList<ProviderView> Providers { get; init; } = [];

    /// <summary>What came of going there; null for nothing.</summary>
    public Words? Notice { get; init; }

    /// <summary>Why nobody came in from there; null for no reason.</summary>
    public Words? Fault { get; init; }
}

/// <param name="UserName">Who is signed in.</param>
public sealed record SignOutView(string UserName);

/// <summary>An app asks to sign the person out, and may be asked about.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="ClientName">The app that asks; null when it is not known.</param>
/// <param name="ClientId">Posted back as it is.</param>
/// <param name="Target">Where the app wants to go on, posted back as it is.</param>
/// <param name="State">The app's own, posted back as it is.</param>
public sealed record LogoutView(
    string UserName, string? ClientName, string? ClientId, string? Target, string? State);

/// <summary>Where a person is signed in.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Sessions">The one of this browser first.</param>
/// <param name="Notice">A sentence about what was just done; null for none.</param>
public sealed record SessionsView(string UserName, IReadOnlyList<SessionView> Sessions, Words? Notice)
{
    /// <summary>True when there is more than this browser.</summary>
    public bool HasOthers => Sessions.Any(session => !session.IsThis);
}

/// <summary>A browser in which a person is signed in.</summary>
/// <param name="Id">Posted back to end it.</param>
/// <param name="IsThis">The one that shows the page.</param>
/// <param name="Device">Browser and system, in words.</param>
public sealed record SessionView(Guid Id, bool IsThis, string Device)
{
    /// <summary>Where the person signed in there; null when it is not known.</summary>
    public string? Address { get; init; }

    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>To some minutes.</summary>
    public required DateTimeOffset UsedAt { get; init; }

    /// <summary>The apps that the person signed in to there, by name.</summary>
    public required IReadOnlyList<string> Apps { get; init; }
}

/// <summary>The apps that have access.</summary>
/// <param name="UserName">Who is signed in.</param>
/// <param name="Connections">One per app, newest first.</param>
/// <param name="Notice">A sentence about what was just done; null for none.</param>
public sealed record ConnectionsView(string UserName, IReadOnlyList<ConnectionView> Connections, Words? Notice);

/// <summary>One app that has access.</summary>
/// <param name="ClientId">The client, posted back to withdraw.</param>
/// <param name="ClientName">Its name as registered.</param>
/// <param name="Apis">What it may do, and where.</param>
/// <param name="GrantedAt">When the person agreed last.</param>
public sealed record ConnectionView(
    string ClientId, string ClientName, IReadOnlyList<ApiView> Apis, DateTimeOffset GrantedAt);

/// <summary>The page to change the password.</summary>
/// <param name="UserName">Who is signed in; also tells password managers which entry to change.</param>
/// <param name="Fault">What was wrong with the last try; null for none.</param>
public sealed record PasswordView(string UserName, Words? Fault)
{
    /// <summary>The fewest characters of a new password.</summary>
    public required int Shortest { get; init; }

    /// <summary>The most characters of a new password.</summary>
    public required int Longest { get; init; }

    /// <summary>False for whoever signs in by other means, and sets a first one.</summary>
    public bool HasPassword { get; init; } = true;

    /// <summary>False without an address, beside which it would be typed.</summary>
    public bool HasAddress { get; init; } = true;

    /// <summary>True where there is another way in, so that the password can go.</summary>
    public bool MayRemove { get; init; }
}

/// <summary>A short message with one way on.</summary>
/// <param name="Title">What happened.</param>
/// <param name="Text">What it means.</param>
/// <param name="LinkText">The words of the link.</param>
/// <param name="LinkUrl">An internal target.</param>
public sealed record MessageView(Words Title, Words Text, Words LinkText, string LinkUrl)
{
    /// <summary>What the person has to know; null for nothing.</summary>
    public Words? Notice { get; init; }

    /// <summary>What else is good to know; null for nothing.</summary>
    public Words? Note { get; init; }
}
