using System.Text;
using OAuthServer.Clients.Assertions;

namespace OAuthServer.Clients.Editing;

/// <summary>A public key of a client as an operator sees it.</summary>
/// <param name="Kid">Null when it has none.</param>
/// <param name="Type"><c>RSA</c> or <c>EC</c>.</param>
/// <param name="Size">Bits, or the curve.</param>
/// <param name="Alg">The only algorithm that it is for; null for any that fits.</param>
/// <param name="Thumbprint">Tells it from every other key (RFC 7638).</param>
internal sealed record ClientKeyView(string? Kid, string Type, string Size, string? Alg, string Thumbprint)
{
    /// <summary>The keys of a JWK Set that can be used.</summary>
    public static IReadOnlyList<ClientKeyView> Of(string? jwks) =>
    [
        .. from key in ClientKeySet.Read(Encoding.UTF8.GetBytes(jwks ?? ""))?.Keys ?? []
           select new ClientKeyView(key.Id, key.Type, key.Size, key.Algorithm, key.Thumbprint),
    ];

    public override string ToString() =>
        $"{Kid ?? "no kid"}, {Type} {Size}{(Alg is null ? "" : $" for {Alg}")}, thumbprint {Thumbprint}";
}
