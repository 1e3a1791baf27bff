using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.Passkeys;

/// <summary>
/// What passkeys have to be (Web Authentication §7): of the issuer's host and of its very origin, whatever host a
/// request names; verified by the device; found without a name; of an algorithm that is verified here.
/// </summary>
internal sealed class PasskeyRules(ServerAddress address) : IConfigureOptions<IdentityPasskeyOptions>
{
    private const string Required = "required";

    // COSE: ES256 and RS256, which authenticators have, and Identity verifies.
    private static readonly int[] Algorithms = [-7, -257];

    public void Configure(IdentityPasskeyOptions options)
    {
        var origin = new Uri(address.Issuer).GetLeftPart(UriPartial.Authority);
        options.ServerDomain = address.Host;
        options.UserVerificationRequirement = Required;
        options.ResidentKeyRequirement = Required;
        options.AttestationConveyancePreference = "none";
        options.AuthenticatorTimeout = PasskeyTickets.Lifetime;
        options.IsAllowedAlgorithm = algorithm => Algorithms.Contains(algorithm);
        options.ValidateOrigin = context => ValueTask.FromResult(
            !context.CrossOrigin && context.TopOrigin is null
            && string.Equals(context.Origin, origin, StringComparison.Ordinal));
    }
}
