using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OAuthServer.Testing;

/// <summary>
/// Passwords that cost a hundredth of what they cost a real server: most tests that sign somebody in are about what
/// comes after it. Where the cost itself matters a test says so (<see cref="TestServerOptions.FullPasswordCost"/>).
/// </summary>
internal static class PasswordCost
{
    private const int Iterations = 2_000;

    /// <summary>A hash of <see cref="TestData.Password"/>.</summary>
    public static readonly string Hash =
        new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = Iterations }))
            .HashPassword(new object(), TestData.Password);

    /// <summary>Makes a server hash at this cost.</summary>
    public static void Lower(IServiceCollection services) =>
        services.PostConfigure<PasswordHasherOptions>(options => options.IterationCount = Iterations);
}
