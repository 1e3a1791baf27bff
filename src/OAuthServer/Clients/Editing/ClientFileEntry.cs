using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// A client in a file. The members are the columns of <c>oauth_clients</c>; what a file leaves out is the default of
/// its column.
/// </summary>
internal sealed record ClientFileEntry
{
    public required string ClientId { get; init; }

    public required string Name { get; init; }

    public string ApplicationType { get; init; } = "web";

    public required string[] RedirectUris { get; init; }

    public required string[] AllowedScopes { get; init; }

    public string[] DefaultScopes { get; init; } = [];

    public string[] AllowedResources { get; init; } = [];

    public string[] GrantTypes { get; init; } =
        [Protocol.GrantTypes.AuthorizationCode, Protocol.GrantTypes.RefreshToken];

    public bool RequirePkce { get; init; } = true;

    public bool RequirePushedAuthorizationRequests { get; init; }

    public bool ClaimsInIdToken { get; init; }

    public bool RequireSecondFactor { get; init; }

    public string[] AppOrigins { get; init; } = [];

    public string[] AcceptedSchemes { get; init; } = [];

    /// <summary>Null for any number.</summary>
    public int? MaxRefreshRepeats { get; init; }

    /// <summary>Public keys (RFC 7517 §5), for a client that has them instead of a secret.</summary>
    public JsonElement? Jwks { get; init; }

    public string? JwksUri { get; init; }

    public string? TokenEndpointAuthSigningAlg { get; init; }

    public string? BackchannelLogoutUri { get; init; }

    public string[] PostLogoutRedirectUris { get; init; } = [];

    public string? ClientUri { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    public string? LogoUri { get; init; }

    /// <summary>
    /// Null leaves it as it is, so that an emergency stop is not undone by the next run of a pipeline.
    /// </summary>
    public bool? Disabled { get; init; }

    /// <summary>Null leaves the secrets as they are.</summary>
    public SecretReference? Secret { get; init; }

    public bool HasKeys() => Jwks is not null || JwksUri is not null;

    /// <summary>The row of a client that is not there yet, without a secret.</summary>
    public ClientRow ToRow(DateTimeOffset now) => new()
    {
        ClientId = ClientId,
        Name = Name,
        ApplicationType = ApplicationType,
        RedirectUris = RedirectUris,
        AllowedScopes = AllowedScopes,
        DefaultScopes = DefaultScopes,
        AllowedResources = AllowedResources,
        GrantTypes = GrantTypes,
        RequirePkce = RequirePkce,
        RequirePushedAuthorizationRequests = RequirePushedAuthorizationRequests,
        ClaimsInIdToken = ClaimsInIdToken,
        RequireSecondFactor = RequireSecondFactor,
        AppOrigins = AppOrigins,
        AcceptedSchemes = AcceptedSchemes,
        MaxRefreshRepeats = MaxRefreshRepeats,
        Jwks = Jwks?.GetRawText(),
        JwksUri = JwksUri,
        TokenEndpointAuthSigningAlg = TokenEndpointAuthSigningAlg,
        BackchannelLogoutUri = BackchannelLogoutUri,
        PostLogoutRedirectUris = PostLogoutRedirectUris,
        ClientUri = ClientUri,
        PolicyUri = PolicyUri,
        TosUri = TosUri,
        LogoUri = LogoUri,
        DisabledAt = Disabled == true ? now : null,
    };

    /// <summary>May hold a hash.</summary>
    public override string ToString() => ClientId;
}

/// <summary>Where a file has a client's secret from: one of both.</summary>
/// <param name="Hash">Its bcrypt hash.</param>
/// <param name="Env">The environment variable that holds the hash, or the secret itself.</param>
internal sealed record SecretReference(string? Hash = null, string? Env = null)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(SecretReference);
}
