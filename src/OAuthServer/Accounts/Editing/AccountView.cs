using OAuthServer.Storage;

namespace OAuthServer.Accounts.Editing;

/// <summary>What an operator sees of an account; no hash and no stamp.</summary>
internal sealed record AccountView
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required bool EmailVerified { get; init; }

    /// <summary><c>active</c>, <c>locked</c> by wrong passwords, or <c>disabled</c>.</summary>
    public required string State { get; init; }

    /// <summary>
    /// Whose the hash of the password is: <c>own</c>, or the format of another software; null for none.
    /// </summary>
    public required string? Password { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? DisabledAt { get; init; }

    public required DateTimeOffset? LockedUntil { get; init; }

    public static AccountView Of(Account account, DateTimeOffset now) => new()
    {
        Id = account.Id,
        Email = account.Known,
        EmailVerified = account.EmailConfirmed,
        State = account switch
        {
            { DisabledAt: not null } => "disabled",
            { LockoutEnd: { } end } when end > now => "locked",
            _ => "active",
        },
        Password = Format(account.PasswordHash),
        CreatedAt = account.CreatedAt,
        DisabledAt = account.DisabledAt,
        LockedUntil = account.LockoutEnd > now ? account.LockoutEnd : null,
    };

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Id.ToString();

    private static string? Format(string? hash) => hash switch
    {
        null => null,
        ['A', ..] => "own",
        ['$', '2', ..] => "bcrypt",
        _ => hash.Split('$', '-').ElementAtOrDefault(1),
    };
}

/// <summary>An account with what is known of it beside its row.</summary>
internal sealed record AccountDetail
{
    public required AccountView Account { get; init; }

    /// <summary>Since the last right one.</summary>
    public int WrongPasswords { get; init; }

    /// <summary>Browsers in which the person is signed in.</summary>
    public int Sessions { get; init; }

    /// <summary>Apps that have its consent.</summary>
    public int ConnectedApps { get; init; }

    public DateTimeOffset? AppAddedAt { get; init; }

    public int Passkeys { get; init; }

    public int RecoveryCodesLeft { get; init; }

    /// <summary>Whether the person may use the admin API.</summary>
    public bool IsOperator { get; init; }

    /// <summary>Kept out of logs.</summary>
    public override string ToString() => Account.ToString();
}
