namespace OAuthServer.Clients.Editing;

/// <summary>What applying a file means.</summary>
/// <param name="Changes">The rows to write, by client.</param>
/// <param name="NotInFile">Clients that are not in the file, and are not disabled.</param>
/// <param name="Notes">What is left alone and worth knowing.</param>
/// <param name="Faults">Why it cannot be done; with any of them nothing is.</param>
internal sealed record ClientPlan(
    IReadOnlyList<ClientChange> Changes,
    IReadOnlyList<string> NotInFile,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Faults);
