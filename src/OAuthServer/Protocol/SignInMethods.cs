namespace OAuthServer.Protocol;

/// <summary>By what a person was recognised: the values of <c>amr</c> (RFC 8176 §2).</summary>
/// <param name="Names">As they stand in tokens.</param>
internal sealed record SignInMethods(IReadOnlyList<string> Names)
{
    private const string MultipleFactors = "mfa";
    private const string TypedPassword = "pwd";

    /// <summary>A password alone.</summary>
    public static SignInMethods Password { get; } = new([TypedPassword]);

    /// <summary>A password and a code of an authenticator app.</summary>
    public static SignInMethods PasswordAndCode { get; } = new([TypedPassword, "otp", MultipleFactors]);

    /// <summary>A password and a recovery code, which RFC 8176 has no word for.</summary>
    public static SignInMethods PasswordAndRecoveryCode { get; } = new([TypedPassword, MultipleFactors]);

    /// <summary>
    /// A passkey: proof of possession of a key, by a person who was there and was verified by the device.
    /// </summary>
    public static SignInMethods Passkey { get; } = new(["pop", "user", MultipleFactors]);

    /// <summary>At another identity provider, of whose own words nothing is taken over.</summary>
    public static SignInMethods External { get; } = new([]);

    /// <summary>The same where that provider says what counts as two factors here.</summary>
    public static SignInMethods ExternalTwoFactors { get; } = new([MultipleFactors]);

    /// <summary>One of <see cref="Levels"/>.</summary>
    public string Level => Names.Contains(MultipleFactors) ? Levels.TwoFactors : Levels.OneFactor;

    /// <summary>True when this is as sure as a level, or surer.</summary>
    public bool Reaches(string? level) => level != Levels.TwoFactors || Level == Levels.TwoFactors;

    /// <summary>The same when the first factor was this one, which need not have been a password.</summary>
    public SignInMethods After(SignInMethods first) => first.Names.Contains(TypedPassword)
        ? this
        : new([.. Names.Where(name => name != TypedPassword)]);

    /// <summary>As a cookie keeps it.</summary>
    public static SignInMethods Of(string text) => new(text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public override string ToString() => string.Join(' ', Names);
}
