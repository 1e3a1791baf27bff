using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views.Operators;

/// <summary>What every page of the operators' site shows.</summary>
public abstract record OperatorView
{
    /// <summary>Who is signed in.</summary>
    public required string Operator { get; init; }

    /// <summary>What has been done; null for nothing.</summary>
    public Words? Notice { get; init; }

    /// <summary>What was not done; null for nothing.</summary>
    public Words? Fault { get; init; }

    /// <summary>Whether the operator may change what is shown.</summary>
    public bool MayChange { get; init; }
}

/// <summary>The page that leads to all of them.</summary>
public sealed record OperatorHomeView : OperatorView;

/// <summary>An app in a list.</summary>
public sealed record ListedClient(string Id, string Name, bool IsDisabled, bool Administers);

/// <param name="Clients">In the order of their ids.</param>
/// <param name="Next">The id that the next page begins behind; null on the last one.</param>
public sealed record OperatorClientsView(IReadOnlyList<ListedClient> Clients, string? Next) : OperatorView;

/// <summary>A secret of an app, without itself.</summary>
public sealed record ShownSecret(bool IsLive, DateTimeOffset? EndsAt, DateTimeOffset? UsedAt);

/// <summary>One app.</summary>
public sealed record OperatorClientView(ListedClient Client, string Tag) : OperatorView
{
    public required string Type { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required IReadOnlyList<string> GrantTypes { get; init; }

    public required IReadOnlyList<ShownSecret> Secrets { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The one that was made, shown this once.</summary>
    public string? NewSecret { get; init; }

    /// <summary>Has a secret that can be replaced.</summary>
    public bool HasSecret => Secrets.Count > 0;

    public override string ToString() => Client.Id;
}

/// <summary>A person in a list.</summary>
public sealed record ListedPerson(Guid Id, string Email, string State);

/// <param name="Asked">What was looked for; null before anything was.</param>
/// <param name="People">Who was found.</param>
/// <param name="HasMore">There are more than are shown.</param>
public sealed record OperatorPeopleView(string? Asked, IReadOnlyList<ListedPerson> People, bool HasMore) : OperatorView;

/// <summary>Where a person is signed in.</summary>
public sealed record ShownSession(Guid Id, string? Device, string? Address)
{
    public DateTimeOffset BeganAt { get; init; }

    public DateTimeOffset UsedAt { get; init; }

    public IReadOnlyList<string> Apps { get; init; } = [];
}

/// <summary>One person.</summary>
public sealed record OperatorPersonView(ListedPerson Person, string Tag) : OperatorView
{
    public bool IsConfirmed { get; init; }

    public bool HasPassword { get; init; }

    public bool IsOperator { get; init; }

    public bool MayEndSessions { get; init; }

    public int WrongPasswords { get; init; }

    public int ConnectedApps { get; init; }

    public int Factors { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public IReadOnlyList<ShownSession> Sessions { get; init; } = [];

    /// <summary>The one that was made, shown this once.</summary>
    public string? NewPassword { get; init; }

    public bool IsDisabled => Person.State == "disabled";

    public override string ToString() => Person.Id.ToString();
}

/// <summary>An event of the audit log.</summary>
public sealed record ShownEvent(DateTimeOffset At, string Name, string? Reason)
{
    public string? ClientId { get; init; }

    public Guid? UserId { get; init; }

    public string? Address { get; init; }

    public string? CorrelationId { get; init; }

    public string? Detail { get; init; }
}

/// <param name="Asked">What was typed, by field.</param>
/// <param name="Events">The newest that match, the newest first; null before anything was asked.</param>
/// <param name="HasMore">There are more than are shown.</param>
public sealed record OperatorEventsView(
    IReadOnlyDictionary<string, string> Asked, IReadOnlyList<ShownEvent>? Events, bool HasMore) : OperatorView;

/// <summary>What is known of one request.</summary>
public sealed record OperatorWhyView(string Asked, IReadOnlyList<ShownEvent> Events) : OperatorView;

/// <summary>A signing key.</summary>
public sealed record ShownSigningKey(string Kid, DateTimeOffset PublishedAt)
{
    public DateTimeOffset? SignsSince { get; init; }

    public DateTimeOffset? SignsUntil { get; init; }

    public DateTimeOffset? WithdrawnAt { get; init; }
}

public sealed record OperatorKeysView(IReadOnlyList<ShownSigningKey> Keys) : OperatorView;
