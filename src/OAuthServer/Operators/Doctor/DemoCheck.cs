using Microsoft.AspNetCore.Identity;
using OAuthServer.Hosting.Development;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether the demo's person can sign in, whose password everybody knows. The demo's client is the business of
/// <see cref="ClientCheck"/>.
/// </summary>
internal sealed class DemoCheck(Storage.Accounts accounts, IPasswordHasher<Account> hasher, IHostEnvironment environment)
    : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "demo";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        if (!environment.IsDevelopment() && await CanSignInAsync(ct))
        {
            report.Error(
                FindingIds.DemoPerson,
                $"{DemoSeed.Email} can sign in with the password of the demo, which everybody knows.",
                $"UPDATE accounts SET disabled_at = now() WHERE email = '{DemoSeed.Email}';");
        }

        return report.Result();
    }

    private async Task<bool> CanSignInAsync(CancellationToken ct)
    {
        if (await accounts.FindAsync(DemoSeed.Email, ct) is not { DisabledAt: null, PasswordHash: { } hash } person)
            return false;
        try
        {
            return hasher.VerifyHashedPassword(person, hash, DemoSeed.Password) != PasswordVerificationResult.Failed;
        }
        catch (FormatException)
        {
            // A hash of another kind is not of the demo.
            return false;
        }
    }
}
