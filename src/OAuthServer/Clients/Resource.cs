using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>An API that tokens are for (RFC 8707 §2), as the endpoints see it.</summary>
internal sealed class Resource(ResourceRow row)
{
    private readonly Dictionary<string, string> _words =
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.Scopes)!;

    /// <summary>The identifier as registered: the <c>aud</c> of its access tokens.</summary>
    public string Identifier => row.Resource;

    /// <summary>What other spellings of it are compared by, and how grants and consents name it.</summary>
    public string Canonical => row.Canonical;

    /// <summary>In plain words, for people.</summary>
    public string Name => row.Name;

    public bool IsDefault => row.IsDefault;

    public bool IsDisabled => row.DisabledAt is not null;

    /// <summary>Null for the server's own.</summary>
    public TimeSpan? AccessTokenLifetime => row.AccessTokenLifetime;

    /// <summary>The clients that may ask whether a token for this API is good (RFC 7662 §2).</summary>
    public IReadOnlyCollection<string> IntrospectionClients => row.IntrospectionClients;

    public IReadOnlyCollection<string> Scopes => _words.Keys;

    /// <summary>True when one of these scopes is granted by nobody who signed in with one factor.</summary>
    public bool AsksSecondFactor(Scope scope) => row.SecondFactorScopes.Any(scope.Has);

    /// <summary>What a scope lets an app do; its name when it is none of this API any more.</summary>
    public string Describe(string scope) => _words.GetValueOrDefault(scope, scope);

    public override string ToString() => Identifier;
}
