namespace OAuthServer.Clients.Editing;

/// <summary>A client that a file declares.</summary>
/// <param name="Place">Where in the file it stands, for messages.</param>
/// <param name="Entry">What the file says of it.</param>
/// <param name="Secret">Null leaves the secrets as they are.</param>
internal sealed record DeclaredClient(string Place, ClientFileEntry Entry, DeclaredSecret? Secret)
{
    public string ClientId => Entry.ClientId;
}
