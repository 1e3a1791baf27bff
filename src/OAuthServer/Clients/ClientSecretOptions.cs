using OAuthServer.Settings;

namespace OAuthServer.Clients;

/// <summary>Section <c>ClientSecrets</c>: what a client secret costs to hash, and so to guess.</summary>
internal sealed class ClientSecretOptions
{
    /// <summary>
    /// The bcrypt cost of hashes that we make, and the work that a wrong secret and an unknown client take at least: 2
    /// to the power of this, in rounds. A row whose hash has a higher cost takes longer, which tells a guesser that it
    /// exists.
    /// </summary>
    public int Cost { get; set; } = 12;
}

/// <summary>What an operator may write in section <c>ClientSecrets</c>.</summary>
internal sealed class ClientSecretOptionsValidator : OptionsValidator<ClientSecretOptions>
{
    protected override IEnumerable<string?> Faults(ClientSecretOptions options) =>
        [Range("ClientSecrets:Cost", options.Cost, 10, 14, ", the bcrypt costs that oauth_clients takes")];
}
