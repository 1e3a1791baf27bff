namespace OAuthServer.Clients.Editing;

/// <summary>How a file is applied.</summary>
/// <param name="KeepOld">How long a replaced secret stays good.</param>
/// <param name="Force">Replace a secret although two are live.</param>
/// <param name="Prune">Disable clients that are not in the file.</param>
/// <param name="Cost"><c>ClientSecrets:Cost</c>.</param>
internal sealed record PlanOptions(TimeSpan KeepOld, bool Force, bool Prune, int Cost);
