using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>A client as an operator may see it.</summary>
internal sealed record ClientView
{
    public required string ClientId { get; init; }

    public required string Name { get; init; }

    public required string ApplicationType { get; init; }

    public required IReadOnlyList<string> RedirectUris { get; init; }

    public required IReadOnlyList<string> AllowedScopes { get; init; }

    public required IReadOnlyList<string> DefaultScopes { get; init; }

    public required IReadOnlyList<string> AllowedResources { get; init; }

    public required IReadOnlyList<string> GrantTypes { get; init; }

    public bool RequirePkce { get; init; }

    public bool RequirePushedAuthorizationRequests { get; init; }

    public bool ClaimsInIdToken { get; init; }

    public bool RequireSecondFactor { get; init; }

    public required IReadOnlyList<string> AppOrigins { get; init; }

    public required IReadOnlyList<string> AcceptedSchemes { get; init; }

    public int? MaxRefreshRepeats { get; init; }

    /// <summary>The public keys of its row; empty for none, and for <see cref="JwksUri"/>.</summary>
    public required IReadOnlyList<ClientKeyView> Keys { get; init; }

    public string? JwksUri { get; init; }

    public string? TokenEndpointAuthSigningAlg { get; init; }

    public string? BackchannelLogoutUri { get; init; }

    public required IReadOnlyList<string> PostLogoutRedirectUris { get; init; }

    public string? ClientUri { get; init; }

    public string? PolicyUri { get; init; }

    public string? TosUri { get; init; }

    public string? LogoUri { get; init; }

    /// <summary>SHA-256 of its picture; null when it has none.</summary>
    public string? Logo { get; init; }

    /// <summary>Whether it may ask for scopes of the admin API; SQL alone sets it.</summary>
    public bool MayAdminister { get; init; }

    /// <summary>Until when refresh tokens of the server before this one are taken; null when none are.</summary>
    public DateTimeOffset? ImportedTokensUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; init; }

    public required IReadOnlyList<SecretView> Secrets { get; init; }

    /// <summary>The latest use of any of its secrets.</summary>
    public DateTimeOffset? LastUsedAt => Secrets.Max(secret => secret.LastUsedAt);

    /// <summary>A row, with the uses of its secrets.</summary>
    public static ClientView Of(ClientRow row, IReadOnlyCollection<ClientSecretUse> uses, DateTimeOffset now) => new()
    {
        ClientId = row.ClientId,
        Name = row.Name,
        ApplicationType = row.ApplicationType,
        RedirectUris = row.RedirectUris,
        AllowedScopes = row.AllowedScopes,
        DefaultScopes = row.DefaultScopes,
        AllowedResources = row.AllowedResources,
        GrantTypes = row.GrantTypes,
        RequirePkce = row.RequirePkce,
        RequirePushedAuthorizationRequests = row.RequirePushedAuthorizationRequests,
        ClaimsInIdToken = row.ClaimsInIdToken,
        RequireSecondFactor = row.RequireSecondFactor,
        AppOrigins = row.AppOrigins,
        AcceptedSchemes = row.AcceptedSchemes,
        MaxRefreshRepeats = row.MaxRefreshRepeats,
        Keys = ClientKeyView.Of(row.Jwks),
        JwksUri = row.JwksUri,
        TokenEndpointAuthSigningAlg = row.TokenEndpointAuthSigningAlg,
        BackchannelLogoutUri = row.BackchannelLogoutUri,
        PostLogoutRedirectUris = row.PostLogoutRedirectUris,
        ClientUri = row.ClientUri,
        PolicyUri = row.PolicyUri,
        TosUri = row.TosUri,
        LogoUri = row.LogoUri,
        Logo = row.Logo,
        MayAdminister = row.MayAdminister,
        ImportedTokensUntil = row.ImportedTokensUntil,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
        DisabledAt = row.DisabledAt,
        Secrets = [.. StoredSecret.AllOf(row).Select(secret => SecretView.Of(row.ClientId, secret, uses, now))],
    };

    public override string ToString() => ClientId;
}
