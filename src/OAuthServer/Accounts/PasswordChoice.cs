using OAuthServer.Protocol;

namespace OAuthServer.Accounts;

/// <summary>A new password as it was typed, twice.</summary>
internal sealed record PasswordChoice(string New, string Repeated)
{
    /// <summary>
    /// The password in the one form that is compared. Null, with words for the person, when it has none or was typed
    /// another way the second time.
    /// </summary>
    public string? Read(out Words? fault)
    {
        var wanted = OpaqueString.Of(New);
        fault = wanted is null ? new Words("NewPassword.NoCharacter")
            : wanted != OpaqueString.Of(Repeated) ? new Words("NewPassword.NotRepeated")
            : null;
        return fault is null ? wanted : null;
    }

    /// <summary>Holds the password.</summary>
    public override string ToString() => "a new password";
}
