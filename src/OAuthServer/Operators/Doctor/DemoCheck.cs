using OAuthServer.Hosting.Development;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether the demo's person can sign in, whose password everybody knows. The demo's client is the business of
/// <see cref="ClientCheck"/>.
/// </summary>
internal sealed class DemoCheck(DemoAccess demo, IHostEnvironment environment) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "demo";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        if (!environment.IsDevelopment() && await demo.HasPersonAsync(ct))
        {
            report.Error(
                FindingIds.DemoPerson,
                $"{DemoSeed.Email} can sign in with the password of the demo, which everybody knows.",
                $"UPDATE accounts SET disabled_at = now() WHERE email = '{DemoSeed.Email}';");
        }

        return report.Result();
    }
}
