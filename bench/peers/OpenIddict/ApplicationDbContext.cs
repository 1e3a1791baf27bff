using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Bench.OpenIddictHost;

/// <summary>OpenIddict's own tables.</summary>
internal sealed class ApplicationDbContext(DbContextOptions<ApplicationDbContext> options) : DbContext(options);
