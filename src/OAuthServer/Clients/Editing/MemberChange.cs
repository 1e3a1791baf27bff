namespace OAuthServer.Clients.Editing;

/// <summary>One member that changes, as people read it. A secret is never part of it.</summary>
/// <param name="Member">A column, <c>secret</c> for all of its columns, or <c>disabled</c>.</param>
/// <param name="Before">JSON, or words about a secret; null when there was nothing.</param>
/// <param name="After">The same afterwards.</param>
internal sealed record MemberChange(string Member, string? Before, string? After);
