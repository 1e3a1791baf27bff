namespace OAuthServer.Settings;

/// <summary>Of whom a second factor is asked.</summary>
internal enum SecondFactorRule
{
    /// <summary>Of those who have set one up.</summary>
    WhenEnrolled,

    /// <summary>Of everybody: who has none sets one up at the next sign-in.</summary>
    Everyone,
}

/// <summary>Section <c>SecondFactor</c>.</summary>
internal sealed class SecondFactorOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "SecondFactor";

    /// <summary>
    /// <c>WhenEnrolled</c>, or <c>Everyone</c>. With <c>Everyone</c> a new password needs 8 characters instead of 15.
    /// </summary>
    public SecondFactorRule Required { get; set; } = SecondFactorRule.WhenEnrolled;
}

/// <summary>What an operator may write in section <c>SecondFactor</c>.</summary>
internal sealed class SecondFactorOptionsValidator : OptionsValidator<SecondFactorOptions>
{
    protected override IEnumerable<string?> Faults(SecondFactorOptions options) =>
    [
        Rule(
            Enum.IsDefined(options.Required),
            "SecondFactor:Required must be WhenEnrolled or Everyone."),
    ];
}
