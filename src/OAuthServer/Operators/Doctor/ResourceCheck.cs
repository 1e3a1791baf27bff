using OAuthServer.Clients;

namespace OAuthServer.Operators.Doctor;

/// <summary>The APIs that tokens are for, and which of them is meant by a request that names none.</summary>
internal sealed class ResourceCheck(Storage.Resources resources) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "resources";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var apis = new ResourceList(await resources.ListAsync(ct));
        var report = new CheckReport();
        report.Fact("apis", apis.Live.Count == 0 ? "none" : string.Join(", ", apis.Live));
        report.Fact("default audience", apis.Default?.Identifier ?? "none");
        if (apis.Default is null)
        {
            report.Warning(
                FindingIds.ResourceDefaultMissing,
                "No API is the default, so a request that names no resource is refused (invalid_target).",
                "INSERT INTO oauth_resources … is_default true, or UPDATE the row that most apps mean. When every app "
                + "names its resource, nothing is needed (docs/resources.md).");
        }

        return report.Result();
    }
}
