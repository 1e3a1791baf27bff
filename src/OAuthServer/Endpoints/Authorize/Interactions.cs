using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Accounts;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>
/// What a request remembers that went through the sign-in page: who was signed in before. Sealed, so that neither app
/// nor person can say that a demand for a new sign-in is met (OpenID Connect Core §3.1.2.1).
/// </summary>
/// <param name="Request">Of which request it is part: a hash.</param>
/// <param name="SignIn">The sign-in that there was when it began; empty without one.</param>
/// <param name="AsksConsent">True when consent is to be asked for although it is remembered.</param>
/// <param name="Ends">In seconds since 1970; after this it says nothing.</param>
internal sealed record Interaction(
    [property: JsonPropertyName("r")] string Request,
    [property: JsonPropertyName("s")] string SignIn,
    [property: JsonPropertyName("c")] bool AsksConsent,
    [property: JsonPropertyName("e")] long Ends)
{
    /// <summary>True when somebody signed in since it began.</summary>
    public bool IsMetBy(SignedInAccount person) => person.SignInId != SignIn;
}

/// <summary>
/// Keeps the <see cref="Interaction"/> of a request in its own address, beside the parameters as they came.
/// </summary>
internal sealed class Interactions(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>Our own parameter of the authorization endpoint.</summary>
    public const string Parameter = "interaction";

    // As long as a pushed request waits for the person.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // The form of a consent page names what it shows.
    private static readonly string[] NotItsOwn = [Parameter, "scope", "resource"];

    private readonly SealedJson<Interaction> _sealed = new(protection, "OAuthServer.Authorize.Interaction.v1");

    /// <summary>The interaction that a request is part of; null when it just came from the app.</summary>
    public Interaction? Of(Parameters parameters) =>
        parameters.Count(Parameter) == 1 && parameters[Parameter] is { } text && _sealed.Open(text) is { } found
        && found.Ends > clock.GetUtcNow().ToUnixTimeSeconds() && found.Request == HashOf(parameters)
            ? found
            : null;

    /// <summary>The same request, with what it is to remember. Whatever the app sent stays.</summary>
    /// <param name="parameters">The request.</param>
    /// <param name="signIn">The sign-in that there is; empty without one.</param>
    /// <param name="asksConsent">True to ask for consent although it is remembered.</param>
    public Parameters Begin(Parameters parameters, string signIn, bool asksConsent)
    {
        var ends = (clock.GetUtcNow() + Lifetime).ToUnixTimeSeconds();
        var interaction = new Interaction(HashOf(parameters), signIn, asksConsent, ends);
        return parameters.With(Parameter, _sealed.Seal(interaction));
    }

    // 128 bits are enough for what lasts an hour, in an address that is to stay short.
    private static string HashOf(Parameters parameters) => Base64Url.EncodeToString(
        SHA256.HashData(Encoding.UTF8.GetBytes(parameters.ToQuery(NotItsOwn))).AsSpan(0, 16));
}
