using OAuthServer.Protocol;

namespace OAuthServer.Clients.Editing;

/// <summary>Who edits clients.</summary>
/// <param name="Context">For the audit log.</param>
/// <param name="Client">The app that calls; null for a command, which may do everything.</param>
/// <param name="Person">The operator in front of it; null for an app by itself, and for a command.</param>
internal sealed record Editor(AuditContext Context, string? Client, Guid? Person)
{
    /// <summary>Whoever has a shell.</summary>
    public static Editor Command { get; } = new(AuditContext.Command, null, null);
}
