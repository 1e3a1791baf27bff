namespace OAuthServer.Clients.Editing;

/// <summary>A file of clients as its JSON says it; <see cref="ClientFileReader"/> looks at what that means.</summary>
internal sealed record ClientFileContent
{
    public required IReadOnlyList<ClientFileEntry?> Clients { get; init; }
}
