using OAuthServer.Protocol;

namespace OAuthServer.Accounts;

/// <summary>
/// The rule that keeps a return target on this server (RFC 9700 §4.11.2). A target is a raw path with its query:
/// either the authorization endpoint with a query, or a page under <c>/account/</c> named in plain lower-case words.
/// Any other target is ignored.
/// </summary>
internal static class ReturnUrl
{
    /// <summary>Most characters that are looked at; a longer authorization request does not survive sign-in.</summary>
    public const int MaxLength = 8192;

    /// <summary>
    /// Tells whether the browser may be sent to <paramref name="value"/> after a page of this server.
    /// </summary>
    /// <param name="value">The target as it came from outside, percent-decoded once.</param>
    /// <param name="root">The path of the issuer, without a slash at the end; empty for most.</param>
    public static bool IsInternal(string? value, string root)
    {
        if (string.IsNullOrEmpty(value) || value.Length > MaxLength) return false;
        if (value.Any(c => c is <= ' ' or >= '\x7f' or '#')) return false;
        if (!value.StartsWith(root + "/", StringComparison.Ordinal)) return false;
        var local = value.AsSpan(root.Length);
        return local.StartsWith(Routes.Authorize + "?", StringComparison.Ordinal) || IsAccountPage(local);
    }

    // Lower-case words alone: our paths have no dots, escapes, backslashes or double slashes. Returning to sign-in or
    // sign-out would never end.
    private static bool IsAccountPage(ReadOnlySpan<char> local)
    {
        const string Prefix = Routes.Account + "/";
        if (!local.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        var query = local.IndexOf('?');
        var page = query < 0 ? local : local[..query];
        if (page is Routes.SignIn or Routes.SignOut) return false;
        var previous = '/';
        foreach (var c in page[Prefix.Length..])
        {
            if (!char.IsAsciiLetterLower(c) && c is not ('-' or '/')) return false;
            if (c == '/' && previous == '/') return false;
            previous = c;
        }
        return previous != '/';
    }
}
