using OAuthServer.Storage;

namespace OAuthServer.Accounts.Editing;

/// <summary>Somebody who is to get an account, as a call of the admin API says it.</summary>
internal sealed record NewPerson
{
    public required string Email { get; init; }

    /// <summary>In full, as apps may show it.</summary>
    public string? Name { get; init; }

    /// <summary>The address is known to be the person's.</summary>
    public bool EmailVerified { get; init; }

    /// <summary>Null for one that is made, and told once.</summary>
    public string? Password { get; init; }

    /// <summary>An account of an address as it was typed.</summary>
    public static NewAccount Account(string email, string? name)
    {
        var address = email.Trim();
        return new NewAccount
        {
            Email = address,
            NormalizedEmail = Compared(address) ?? "",
            Profile = name is null
                ? new Dictionary<string, object?>()
                : new Dictionary<string, object?> { ["name"] = name },
        };
    }

    /// <summary>An address as addresses are compared; null for what is no Unicode text.</summary>
    public static string? Compared(string address) =>
        OpaqueString.Of(address) is null ? null : new AddressNormalizer().NormalizeEmail(address);

    /// <summary>May hold a password.</summary>
    public override string ToString() => nameof(NewPerson);
}

/// <summary>Somebody who is to choose a password by a mailed link.</summary>
internal sealed record InvitedPerson
{
    public required string Email { get; init; }

    public string? Name { get; init; }

    public override string ToString() => nameof(InvitedPerson);
}

/// <summary>How a password is replaced: by a mailed link where nothing is said.</summary>
internal sealed record PasswordReset
{
    /// <summary>The one that counts at once.</summary>
    public string? Password { get; init; }

    /// <summary>One is made, counts at once, and is told once.</summary>
    public bool Generate { get; init; }

    /// <summary>May hold a password.</summary>
    public override string ToString() => nameof(PasswordReset);
}
