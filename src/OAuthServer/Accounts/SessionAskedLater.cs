namespace OAuthServer.Accounts;

/// <summary>
/// Marks a route whose statements ask for the session's row themselves, before they give anything: reading the cookie
/// asks nothing then (docs/decisions/035-a-session-is-a-row.md). Everywhere else it asks every time.
/// </summary>
internal sealed class SessionAskedLater;
