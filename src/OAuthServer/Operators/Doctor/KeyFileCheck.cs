using Microsoft.Extensions.Options;
using OAuthServer.Keys;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether key files are where only the server reads them.</summary>
internal sealed class KeyFileCheck(IOptions<SigningKeyOptions> options, IHostEnvironment environment) : IDoctorCheck
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <inheritdoc/>
    public string Name => "key files";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        if (options.Value.Source == SigningKeySource.File) Judge(report);
        return Task.FromResult(report.Result());
    }

    private void Judge(CheckReport report)
    {
        if (!environment.IsDevelopment())
        {
            report.Warning(
                FindingIds.KeyFilesInProduction,
                "The signing keys are files, which are for development: an instance elsewhere would sign with a key "
                + "of its own, and no one keeps a copy.",
                "Set SigningKeys:Source to SecretsManager.");
        }

        var directory = new DirectoryInfo(Path.GetFullPath(options.Value.Directory, environment.ContentRootPath));
        if (!directory.Exists || OperatingSystem.IsWindows()) return;
        var open = directory.EnumerateFiles("*.pem")
            .Concat(directory.EnumerateFiles(FileServerSecretSource.Current + "*"))
            .Where(file => (file.UnixFileMode & Others) != 0);
        foreach (var file in open.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            report.Error(
                FindingIds.KeyFileReadable,
                $"{file.FullName} is open to other users of this machine ({file.UnixFileMode}).",
                $"Run: chmod 600 {file.FullName}. If others may have read it, replace the key.");
        }
    }
}
