using Xunit.Sdk;

namespace OAuthServer.Testing;

/// <summary>
/// A server that is up already and that the conformance suite is to judge from outside
/// (docs/operations/check-a-deployment.md). Its database has been filled by <c>seed.sql</c>, and can be neither seen
/// nor changed; nor can its clock.
/// </summary>
/// <param name="Base">Where requests go.</param>
/// <param name="Issuer">What the server says it is.</param>
/// <param name="User">E-mail address of the seed's first person.</param>
/// <param name="Password">Of the seed's people.</param>
/// <param name="Secret">Of the seed's confidential clients.</param>
public sealed record Deployment(Uri Base, string Issuer, string User, string Password, string Secret)
{
    public const string BaseVariable = "OAUTH_CONFORMANCE_BASE";

    // Set in the project file of the conformance suite: the other suites always bring their own servers.
    private const string Switch = "OAuthServer.Testing.MayJudgeDeployment";

    /// <summary>The deployment that the environment names; null when the suite brings its own servers.</summary>
    public static Deployment? UnderTest =>
        AppContext.TryGetSwitch(Switch, out var may) && may && Variable(BaseVariable) is { } address
            ? At(new Uri(address, UriKind.Absolute))
            : null;

    /// <summary>Ends the running test as not run when a deployment is under test.</summary>
    /// <param name="need">What no deployment has, to follow "needs".</param>
    public static void NeedsOwnServer(string need)
    {
        if (UnderTest is not null) throw NotRun(need);
    }

    /// <summary>Thrown, it ends the running test as not run.</summary>
    /// <param name="need">What no deployment has, to follow "needs".</param>
    internal static SkipException NotRun(string need) => SkipException.ForSkip(
        $"Not run: needs {need}, which a deployment does not give ({BaseVariable} is set).");

    private static Deployment At(Uri address) => new(
        address,
        Variable("OAUTH_CONFORMANCE_ISSUER") ?? address.GetLeftPart(UriPartial.Authority),
        Variable("OAUTH_CONFORMANCE_USER") ?? "alice@example.com",
        Variable("OAUTH_CONFORMANCE_PASSWORD") ?? "Demo-Passw0rd-2026",
        Variable("OAUTH_CONFORMANCE_SECRET") ?? "demo-web-secret");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
