using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Operators.Clients;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>The clients that somebody should look at: the same rules as <c>OAuthServer clients lint</c>.</summary>
internal sealed class ClientCheck(
    Storage.Clients clients,
    ClientSecretUses uses,
    Storage.Resources resources,
    IOptions<ClientSecretOptions> secrets,
    TimeProvider clock,
    IHostEnvironment environment) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "clients";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var rows = await clients.ListAsync(ct);
        var disabled = rows.Count(client => client.DisabledAt is not null);
        var report = new CheckReport();
        report.Fact("clients", $"{rows.Count - disabled}{(disabled > 0 ? $", and {disabled} disabled" : "")}");
        var apis = new ResourceList(await resources.ListAsync(ct));
        var lint = new ClientLint(apis, secrets.Value.Cost, clock.GetUtcNow());
        foreach (var found in lint.Check(rows, await uses.ListAsync(ct)))
        {
            var id = FindingIds.OfClients + found.Rule;
            report.Add(SeverityOf(found), id, $"Client {found.ClientId}: {found.What}", found.Advice);
        }

        return report.Result();
    }

    // Somebody disabled it on purpose; and what the rules warn of, such as plain http on localhost, is what
    // Development is for.
    private Severity SeverityOf(ClientFinding found) =>
        found.Rule == LintRules.SecretOfDemo && environment.IsDevelopment() ? Severity.Note
        : found.Severity == FindingSeverity.Error ? Severity.Error
        : found.Rule == LintRules.ClientDisabled || environment.IsDevelopment() ? Severity.Note
        : Severity.Warning;
}
