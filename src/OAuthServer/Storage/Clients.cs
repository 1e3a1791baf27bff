using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage;

/// <summary>A row of <c>oauth_clients</c>: one registered client (RFC 6749 §2).</summary>
internal sealed record ClientRow
{
    public Guid Id { get; init; }

    public required string ClientId { get; init; }

    /// <summary>bcrypt; null for a public client.</summary>
    public string? ClientSecret { get; set; }

    public DateTimeOffset? ClientSecretExpiresAt { get; set; }

    /// <summary>A second live secret, so that rotation needs no outage.</summary>
    public string? NextClientSecret { get; set; }

    public DateTimeOffset? NextClientSecretExpiresAt { get; set; }

    public required string Name { get; set; }

    public required string ApplicationType { get; set; }

    public required string[] RedirectUris { get; set; }

    public required string[] AllowedScopes { get; set; }

    public required string[] DefaultScopes { get; set; }

    /// <summary>The APIs that it may ask for beside the default one, in any spelling (RFC 8707 §2).</summary>
    public string[] AllowedResources { get; set; } = [];

    public required string[] GrantTypes { get; set; }

    public bool RequirePkce { get; set; }

    /// <summary>Requests of the client that were not pushed are refused (RFC 9126 §6).</summary>
    public bool RequirePushedAuthorizationRequests { get; set; }

    /// <summary>Origins that may read answers, beside those of the redirect URIs.</summary>
    public string[] AppOrigins { get; set; } = [];

    /// <summary>Private-use schemes of redirect URIs although they are no domain names (RFC 8252 §8.4).</summary>
    public string[] AcceptedSchemes { get; set; } = [];

    /// <summary>How many refreshes in a row may be repeated; null for any number.</summary>
    public int? MaxRefreshRepeats { get; set; }

    /// <summary>Begins the <c>jti</c> of the client's own access tokens; another one ends them.</summary>
    public Guid OwnGrantId { get; init; }

    /// <summary>Public keys as a JWK Set (RFC 7517 §5), for a client that has them instead of a secret.</summary>
    [JsonConverter(typeof(RawJson))]
    public string? Jwks { get; set; }

    /// <summary>Where the client publishes its keys, instead of <see cref="Jwks"/>.</summary>
    public string? JwksUri { get; set; }

    /// <summary>The one algorithm of its assertions (RFC 7591 §2); null for any that fits the key.</summary>
    public string? TokenEndpointAuthSigningAlg { get; set; }

    /// <summary>Where the client is told that a session is over (OpenID Connect Back-Channel Logout §2.2).</summary>
    public string? BackchannelLogoutUri { get; set; }

    /// <summary>Where it may have people sent who signed out (OpenID Connect RP-Initiated Logout §3.1).</summary>
    public string[] PostLogoutRedirectUris { get; set; } = [];

    /// <summary>A page about the app or its maker (RFC 7591 §2).</summary>
    public string? ClientUri { get; set; }

    /// <summary>What it does with data.</summary>
    public string? PolicyUri { get; set; }

    /// <summary>Its terms.</summary>
    public string? TosUri { get; set; }

    /// <summary>Where its picture is taken from by the operator; no browser is sent there.</summary>
    public string? LogoUri { get; set; }

    /// <summary>The hash of its picture in <c>oauth_client_logos</c>; the database writes it.</summary>
    public string? Logo { get; init; }

    /// <summary>True for a client that proves itself with a key (RFC 7523), and has no secret.</summary>
    public bool HasKeys() => Jwks is not null || JwksUri is not null;

    /// <summary>ID tokens carry the claims of their scopes (OpenID Connect Core §5.4).</summary>
    public bool ClaimsInIdToken { get; set; }

    /// <summary>Nobody gets a code for it who signed in with one factor.</summary>
    public bool RequireSecondFactor { get; set; }

    /// <summary>Whether it may ask for scopes of the admin API. Written by SQL alone.</summary>
    public bool MayAdminister { get; init; }

    /// <summary>Until when refresh tokens of another server are looked for; null for never.</summary>
    public DateTimeOffset? ImportedTokensUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>The secrets are hashes, and stay out of logs all the same.</summary>
    public override string ToString() => ClientId;
}

/// <summary>The questions that the server asks of <c>oauth_clients</c>.</summary>
internal sealed class Clients(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The client of this id, also when it is disabled; null when there is none.</summary>
    public async Task<ClientRow?> FindAsync(string clientId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.SingleOrDefaultAsync(client => client.ClientId == clientId, ct);
    }

    /// <summary>True when another client that is not disabled has this name, in this case or in another.</summary>
    public async Task<bool> SharesNameAsync(string clientId, string name, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.Where(client => client.DisabledAt == null && client.ClientId != clientId)
#pragma warning disable CA1862, CA1304, CA1311 // The database compares; it knows no StringComparison.
            .AnyAsync(client => client.Name.ToLower() == name.ToLower(), ct);
#pragma warning restore CA1862, CA1304, CA1311
    }

    /// <summary>Tells every instance of a change that none of them needs, to see whether it hears.</summary>
    public async Task NotifyAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        await db.RunAsync($"SELECT pg_notify('oauth_clients_changed', '')", ct);
    }

    /// <summary>Every client, by id; disabled ones too.</summary>
    public async Task<IReadOnlyList<ClientRow>> ListAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.OrderBy(client => EF.Functions.Collate(client.ClientId, "C")).ToListAsync(ct);
    }

    /// <summary>The clients behind an id, in the order of their ids; disabled ones too.</summary>
    /// <param name="after">Empty to begin.</param>
    public async Task<IReadOnlyList<ClientRow>> PageAsync(string after, int limit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
#pragma warning disable CA1309 // The database compares; it knows no StringComparison.
        return await db.Clients
            .Where(client => string.Compare(EF.Functions.Collate(client.ClientId, "C"), after) > 0)
#pragma warning restore CA1309
            .OrderBy(client => EF.Functions.Collate(client.ClientId, "C")).Take(limit).ToListAsync(ct);
    }

    /// <summary>Those that are not disabled and have this hash, and the one of this id, whatever it has.</summary>
    public async Task<IReadOnlyList<ClientRow>> WithSecretAsync(string hash, string orId, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.Where(client => client.DisabledAt == null)
            .Where(client => client.ClientId == orId || client.ClientSecret == hash || client.NextClientSecret == hash)
            .OrderBy(client => EF.Functions.Collate(client.ClientId, "C")).ToListAsync(ct);
    }

    /// <summary>Where apps run that may read answers, of all clients that are not disabled.</summary>
    public async Task<IReadOnlyList<AppPlaces>> PlacesAsync(CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Clients.Where(client => client.DisabledAt == null)
            .Select(client => new AppPlaces(client.RedirectUris, client.AppOrigins)).ToListAsync(ct);
    }
}

/// <summary>Where an app runs.</summary>
internal sealed record AppPlaces(string[] RedirectUris, string[] AppOrigins);

/// <summary>Maps the table.</summary>
internal sealed class ClientTable : IEntityTypeConfiguration<ClientRow>
{
    public void Configure(EntityTypeBuilder<ClientRow> builder)
    {
        builder.ToTable("oauth_clients").HasKey(client => client.Id);
        builder.Property(client => client.Id).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(client => client.OwnGrantId).HasDefaultValueSql("gen_random_uuid()");
        builder.Property(client => client.Jwks).HasColumnType("jsonb");
        builder.Property(client => client.CreatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAdd();
        // The trigger oauth_client_logos_note writes it.
        builder.Property(client => client.Logo).ValueGeneratedOnAddOrUpdate();
        // The trigger oauth_clients_touch writes it.
        builder.Property(client => client.UpdatedAt).HasDefaultValueSql("now()").ValueGeneratedOnAddOrUpdate();
    }
}
