namespace OAuthServer.RateLimits;

/// <summary>
/// How many wrong guesses one secret withstands in a window, whatever the addresses they come from (RFC 6749
/// §10.10).
/// </summary>
internal sealed class GuessLimit
{
    /// <summary>Wrong guesses per window.</summary>
    public int PermitLimit { get; set; } = 50;

    /// <summary>Length of a window; it opens with the first wrong guess.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(15);
}
