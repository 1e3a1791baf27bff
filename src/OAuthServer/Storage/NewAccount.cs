namespace OAuthServer.Storage;

/// <summary>Somebody who is to get an account from an operator.</summary>
internal sealed record NewAccount
{
    public Guid Id { get; init; } = Protocol.Handle.NewId();

    public required string Email { get; init; }

    /// <summary>The address as addresses are compared.</summary>
    public required string NormalizedEmail { get; init; }

    public bool EmailConfirmed { get; init; }

    /// <summary>Null for somebody who has to choose a password first.</summary>
    public string? PasswordHash { get; init; }

    public bool Disabled { get; init; }

    /// <summary>What is known of the person, by column of <c>account_profiles</c>: a text, or a bool.</summary>
    public IReadOnlyDictionary<string, object?> Profile { get; init; } = Nothing;

    /// <summary>A profile of somebody of whom nothing is known.</summary>
    public static IReadOnlyDictionary<string, object?> Nothing { get; } =
        System.Collections.Frozen.FrozenDictionary<string, object?>.Empty;

    /// <summary>Personal data and a hash stay out of logs.</summary>
    public override string ToString() => $"account {Id}";
}
