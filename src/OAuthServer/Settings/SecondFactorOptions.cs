namespace OAuthServer.Settings;

/// <summary>Who needs a second factor.</summary>
internal enum SecondFactorRule
{
    /// <summary>Whoever has set one up.</summary>
    WhenEnrolled,

    /// <summary>Everyone: who has none sets one up at the next sign-in, before there is a session.</summary>
    Everyone,
}

/// <summary>Section <c>SecondFactor</c>: what is asked beside the password.</summary>
internal sealed class SecondFactorOptions
{
    /// <summary>The name of the configuration section.</summary>
    public const string Section = "SecondFactor";

    /// <summary>
    /// Who needs one: <c>WhenEnrolled</c>, or <c>Everyone</c>; an app or a scope may ask for more. With <c>Everyone</c>
    /// a new password needs 8 characters instead of 15.
    /// </summary>
    public SecondFactorRule Required { get; set; } = SecondFactorRule.WhenEnrolled;

    /// <summary>
    /// How long a browser is remembered in which the person asked for it, so that the password is enough there; zero
    /// for never, at most 90 days.
    /// </summary>
    public TimeSpan RememberBrowserFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Whether people may add factors. If not, an app that asks for two is told that a person without any cannot have
    /// them.
    /// </summary>
    public bool Enrollment { get; set; } = true;
}

/// <summary>What an operator may write in section <c>SecondFactor</c>.</summary>
internal sealed class SecondFactorOptionsValidator : OptionsValidator<SecondFactorOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    protected override IEnumerable<string?> Faults(SecondFactorOptions options) =>
    [
        Rule(
            Enum.IsDefined(options.Required), "SecondFactor:Required must be WhenEnrolled or Everyone."),
        Range("SecondFactor:RememberBrowserFor", options.RememberBrowserFor, TimeSpan.Zero, Longest),
        Rule(
            options.Enrollment || options.Required != SecondFactorRule.Everyone,
            "SecondFactor:Enrollment must be true while SecondFactor:Required is Everyone: people could not sign in."),
    ];
}
