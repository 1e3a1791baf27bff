namespace OAuthServer.Storage;

/// <summary>
/// Why somebody gets a mail. The name is that of the template (<c>Accounts/Mail/Templates</c>), and stands in the
/// table.
/// </summary>
internal enum MailKind
{
    /// <summary>A link to choose a new password; asked for by whoever knows the address, or by an operator.</summary>
    PasswordReset,

    /// <summary>The same asked for an account that has no password: there is nothing to reset.</summary>
    NoPassword,

    /// <summary>The password was changed or reset.</summary>
    PasswordChanged,

    /// <summary>An operator made an account: a link to choose its first password.</summary>
    Invitation,

    /// <summary>A link that makes an account for the address.</summary>
    Registration,

    /// <summary>Somebody wanted to register an address that has an account.</summary>
    AddressHasAccount,

    /// <summary>A link that confirms the address of an account.</summary>
    AddressConfirmation,

    /// <summary>A link, sent to the new address, that makes it the one of the account.</summary>
    NewAddress,

    /// <summary>The old address is told that another one was asked for.</summary>
    AddressChangeAsked,

    /// <summary>The old address is told that it is not the one of the account any more.</summary>
    AddressChanged,

    /// <summary>A second factor was added, or there are new recovery codes.</summary>
    FactorAdded,

    /// <summary>A second factor was removed.</summary>
    FactorRemoved,

    /// <summary>A passkey was added.</summary>
    PasskeyAdded,

    /// <summary>A passkey was removed.</summary>
    PasskeyRemoved,

    /// <summary>The account can be entered from another identity provider.</summary>
    LoginAdded,

    /// <summary>The account cannot be entered from another identity provider any more.</summary>
    LoginRemoved,

    /// <summary>The account has no password any more.</summary>
    PasswordRemoved,

    /// <summary>Somebody signed in with a recovery code.</summary>
    RecoveryCodeUsed,

    /// <summary>The account is deleted.</summary>
    AccountDeleted,
}

/// <summary>What a mailed link is good for, as it stands in <c>account_tokens</c>.</summary>
internal static class LinkKinds
{
    public const string Reset = "reset";
    public const string Invitation = "invitation";
    public const string Registration = "registration";
    public const string Confirmation = "confirmation";
    public const string NewAddress = "new_address";
}

/// <summary>How long a mail is worth sending, and what its link is good for.</summary>
internal static class MailKinds
{
    private static readonly TimeSpan Reset = TimeSpan.FromHours(1);
    private static readonly TimeSpan Confirmation = TimeSpan.FromHours(24);
    private static readonly TimeSpan Notice = TimeSpan.FromDays(3);

    /// <summary>What the link in it is good for, one of <see cref="LinkKinds"/>; null when it has none.</summary>
    public static string? LinkOf(MailKind kind) => kind switch
    {
        MailKind.PasswordReset => LinkKinds.Reset,
        MailKind.Invitation => LinkKinds.Invitation,
        MailKind.Registration => LinkKinds.Registration,
        MailKind.AddressConfirmation => LinkKinds.Confirmation,
        MailKind.NewAddress => LinkKinds.NewAddress,
        _ => null,
    };

    /// <summary>
    /// How long its link lives, and so how long it is tried to send it; a notice is tried for some days.
    /// </summary>
    public static TimeSpan LifeOf(MailKind kind) => LinkOf(kind) switch
    {
        null => Notice,
        LinkKinds.Reset => Reset,
        _ => Confirmation,
    };
}
