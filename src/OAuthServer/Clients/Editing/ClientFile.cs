namespace OAuthServer.Clients.Editing;

/// <summary>The clients that a file declares, and everything that is wrong with it.</summary>
/// <param name="Clients">Those that could be read.</param>
/// <param name="Faults">Each with the path of its place in the file.</param>
internal sealed record ClientFile(IReadOnlyList<DeclaredClient> Clients, IReadOnlyList<string> Faults);
