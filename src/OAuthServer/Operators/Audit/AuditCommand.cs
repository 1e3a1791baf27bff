using System.CommandLine;

namespace OAuthServer.Operators.Audit;

/// <summary>
/// <c>OAuthServer audit tail | search | verify</c>: what happened, and whether the record of it is as it was written.
/// </summary>
internal static class AuditCommand
{
    public static Command Create(CommandRunner runner) => new(
        "audit", "Read the audit log, and check that nobody changed it.")
    {
        AuditTailCommand.Create(runner),
        AuditSearchCommand.Create(runner),
        AuditVerifyCommand.Create(runner),
    };
}
