using System.Globalization;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>An API that tokens are for (RFC 8707 §2), as the endpoints see it.</summary>
internal sealed class Resource(ResourceRow row)
{
    private readonly SpokenText _name = SpokenText.Of(row.Name, row.Names);
    private readonly Dictionary<string, SpokenText> _words =
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.Scopes)!
            .ToDictionary(scope => scope.Key, scope => SpokenText.Of(scope.Value), StringComparer.Ordinal);

    /// <summary>The identifier as registered: the <c>aud</c> of its access tokens.</summary>
    public string Identifier => row.Resource;

    /// <summary>What other spellings of it are compared by, and how grants and consents name it.</summary>
    public string Canonical => row.Canonical;

    /// <summary>In plain words, for people.</summary>
    public string NameIn(CultureInfo language) => _name.In(language);

    /// <summary>
    /// Whose scopes are of the server itself, which has words for them in every language of its pages.
    /// </summary>
    public bool IsPerson { get; init; }

    /// <summary>The server's own API for operators.</summary>
    public bool IsAdmin { get; init; }

    public bool IsDefault => row.IsDefault;

    public bool IsDisabled => row.DisabledAt is not null;

    /// <summary>Null for the server's own.</summary>
    public TimeSpan? AccessTokenLifetime => row.AccessTokenLifetime;

    /// <summary>The clients that may ask whether a token for this API is good (RFC 7662 §2).</summary>
    public IReadOnlyCollection<string> IntrospectionClients => row.IntrospectionClients;

    public IReadOnlyCollection<string> Scopes => _words.Keys;

    /// <summary>What each scope lets an app do, in words for no language in particular.</summary>
    public IReadOnlyDictionary<string, string> Words =>
        _words.ToDictionary(scope => scope.Key, scope => scope.Value.In(CultureInfo.InvariantCulture));

    /// <summary>True when one of these scopes is granted by nobody who signed in with one factor.</summary>
    public bool AsksSecondFactor(Scope scope) => row.SecondFactorScopes.Any(scope.Has);

    /// <summary>What a scope lets an app do; its name when it is none of this API any more.</summary>
    public string Describe(string scope, CultureInfo language) =>
        _words.TryGetValue(scope, out var words) ? words.In(language) : scope;

    public override string ToString() => Identifier;
}
