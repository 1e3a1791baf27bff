using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>One server with few guesses for each secret, and as many requests for each address as by default.</summary>
public sealed class GuardedServer : OwnServer
{
    /// <summary>How many wrong secrets of a client, or passwords of a person, are judged.</summary>
    public const int Guesses = 8;

    public static readonly IReadOnlyDictionary<string, string?> Settings = new Dictionary<string, string?>
    {
        ["RateLimiting:Token:PermitLimit"] = "100",
        ["RateLimiting:SignIn:PermitLimit"] = "100",
        ["RateLimiting:ClientSecrets:PermitLimit"] = Guesses.ToString(CultureInfo.InvariantCulture),
        ["RateLimiting:Passwords:PermitLimit"] = Guesses.ToString(CultureInfo.InvariantCulture),
    };

    protected override TestServerOptions Options => new()
    {
        Settings = Settings,
        Services = services => services.AddSingleton<TimeProvider>(new HurriedTime()),
    };
}
