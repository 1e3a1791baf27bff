namespace OAuthServer.Operators.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing, and no problem.</summary>
    Note,

    /// <summary>Works, and will be a problem under load or later.</summary>
    Warning,

    /// <summary>Something does not work, or is not safe.</summary>
    Error,
}
