using System.Buffers;
using Microsoft.Extensions.Options;

namespace OAuthServer.ResourceApi;

/// <summary>Names every fault of <see cref="OAuthBearerOptions"/> at once, when the host starts.</summary>
internal sealed class OAuthBearerOptionsValidator : IValidateOptions<OAuthBearerOptions>
{
    private static readonly TimeSpan LargestSkew = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestCache = TimeSpan.FromMinutes(1);

    // RFC 6750 §3: the characters of error_description; a realm within them needs no escaping either.
    private static readonly SearchValues<char> QuotableCharacters =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5f).Select(c => (char)c).Where(c => c is not ('"' or '\\'))]);

    public ValidateOptionsResult Validate(string? name, OAuthBearerOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(OAuthBearerOptions options)
    {
        if (ServerUri.Fault(options.Issuer) is { } issuer) yield return $"OAuthBearer: Issuer {issuer}";
        if (string.IsNullOrWhiteSpace(options.Audience))
            yield return "OAuthBearer: Audience is missing; it is the value that the token's aud must contain.";
        else if (ServerUri.Fault(options.ResourceIdentifier) is { } resource)
            yield return $"OAuthBearer: {ResourceKey(options)} {resource}";
        foreach (var fault in AudienceFaults(options)) yield return fault;
        if (options.Realm is { } realm && (realm.Length == 0 || realm.AsSpan().ContainsAnyExcept(QuotableCharacters)))
            yield return "OAuthBearer: Realm must be printable ASCII without quotation marks and backslashes.";
        foreach (var scope in options.ScopesSupported.Where(scope => !ScopeRequirement.IsScopeToken(scope)))
            yield return $"OAuthBearer: ScopesSupported holds '{scope}', which is not one scope (RFC 6749 §3.3).";
        if (options.ClockSkew < TimeSpan.Zero || options.ClockSkew > LargestSkew)
            yield return "OAuthBearer: ClockSkew must lie between 0 and 60 seconds.";
        if (options.MaximumTokenLength < 512) yield return "OAuthBearer: MaximumTokenLength must be 512 or more.";
        if (options.RevocationCheckInterval < TimeSpan.Zero)
            yield return "OAuthBearer: RevocationCheckInterval must not be negative.";
        if (options.RevocationStaleLimit < options.RevocationCheckInterval)
            yield return "OAuthBearer: RevocationStaleLimit must not be shorter than RevocationCheckInterval.";
        foreach (var fault in IntrospectionFaults(options)) yield return fault;
        foreach (var (key, value) in Positive(options).Where(entry => entry.Value <= TimeSpan.Zero))
            yield return $"OAuthBearer: {key} must be longer than zero.";
    }

    private static IEnumerable<string> AudienceFaults(OAuthBearerOptions options)
    {
        if (options.AdditionalAudiences.Any(string.IsNullOrWhiteSpace))
            yield return "OAuthBearer: AdditionalAudiences holds an empty value.";
        var repeated = options.Audiences.Where(audience => !string.IsNullOrWhiteSpace(audience))
            .GroupBy(audience => audience, StringComparer.Ordinal).Where(group => group.Count() > 1);
        foreach (var audience in repeated)
            yield return $"OAuthBearer: AdditionalAudiences holds '{audience.Key}', which is named twice.";
    }

    // None of them says what the secret is.
    private static IEnumerable<string> IntrospectionFaults(OAuthBearerOptions options)
    {
        if (options.Introspection is not { } introspection) yield break;
        if (options.RevocationCheck)
        {
            yield return "OAuthBearer: Introspection and RevocationCheck are both set; the answer about a token covers "
                + "its revocation, so leave RevocationCheck off.";
        }

        if (CredentialFault(introspection.ClientId) is { } id)
            yield return $"OAuthBearer: Introspection:ClientId {id}";
        if (CredentialFault(introspection.ClientSecret) is { } secret)
            yield return $"OAuthBearer: Introspection:ClientSecret {secret}";
        if (introspection.CacheFor < TimeSpan.Zero || introspection.CacheFor > LongestCache)
            yield return "OAuthBearer: Introspection:CacheFor must lie between 0 and 60 seconds.";
        if (introspection.CacheLimit < 1) yield return "OAuthBearer: Introspection:CacheLimit must be 1 or more.";
    }

    private static string? CredentialFault(string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return "is missing.";
        return value.Any(char.IsControl) ? "has a control character, such as a line feed at its end." : null;
    }

    private static string ResourceKey(OAuthBearerOptions options) =>
        options.Resource is null ? "Resource is not set and Audience" : "Resource";

    private static IEnumerable<(string Key, TimeSpan Value)> Positive(OAuthBearerOptions options) =>
    [
        (nameof(options.MaximumTokenLifetime), options.MaximumTokenLifetime),
        (nameof(options.KeyRefreshInterval), options.KeyRefreshInterval),
        (nameof(options.UnknownKeyCooldown), options.UnknownKeyCooldown),
        (nameof(options.BackchannelTimeout), options.BackchannelTimeout),
    ];
}
