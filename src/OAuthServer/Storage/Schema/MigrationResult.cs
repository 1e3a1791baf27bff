namespace OAuthServer.Storage.Schema;

/// <summary>The scripts that ran, in order, and the one that failed, if any, with PostgreSQL's reason.</summary>
/// <param name="Waited">Another migrator had its turn first.</param>
internal sealed record MigrationResult(
    IReadOnlyList<string> Applied, string? FailedScript = null, string? Cause = null, bool Waited = false)
{
    public bool Ok => FailedScript is null;
}

/// <summary>A script that has not run, with everything that running it would say to the database.</summary>
internal sealed record PlannedScript(string Script, string Sql);
