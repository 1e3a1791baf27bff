using OAuthServer.Settings;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the issuer is a name that clients can reach and compare (RFC 8414 §2, §3.3).</summary>
internal sealed class IssuerCheck(ServerAddress address, IHostEnvironment environment) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "issuer";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Configuration;

    /// <inheritdoc/>
    public Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var uri = new Uri(address.Issuer);
        var metadata = Metadata(uri, address.Path);
        var report = new CheckReport();
        report.Fact("issuer", address.Issuer);
        report.Fact("metadata", metadata);
        Judge(report, uri, metadata);
        return Task.FromResult(report.Result());
    }

    /// <summary>Where the metadata of an issuer is (RFC 8414 §3.1).</summary>
    internal static string Metadata(Uri issuer, string path) =>
        $"{issuer.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server{path}";

    private void Judge(CheckReport report, Uri uri, string metadata)
    {
        if (!address.IsHttps)
        {
            report.Note(
                FindingIds.IssuerPlainHttp,
                "The issuer is plain http, which Development allows on a loopback host.",
                "Nothing here. In production the issuer has to be https.");
        }

        var canonical = uri.GetLeftPart(UriPartial.Authority) + address.Path;
        if (address.Issuer != canonical)
        {
            report.Warning(
                FindingIds.IssuerNotCanonical,
                $"The issuer is not written as programs write URLs: that would be {canonical}. "
                + "Clients compare it byte for byte, and some write it anew first.",
                $"Set OAuth:Issuer to {canonical}, together with the clients and APIs that name it.");
        }

        if (uri.IsLoopback && !environment.IsDevelopment())
        {
            report.Warning(
                FindingIds.IssuerLoopback,
                $"The issuer {address.Issuer} is this machine alone: no other one reaches it.",
                "Set OAuth:Issuer to the https URL under which clients reach the server.");
        }

        if (address.Path.Length > 0)
        {
            report.Note(
                FindingIds.IssuerHasPath,
                $"The issuer has a path, so its metadata is not below it: {metadata} (RFC 8414 §3.1).",
                $"Let the proxy pass on both {address.Path}/ and "
                + $"/.well-known/oauth-authorization-server{address.Path}, unchanged.");
        }
    }
}
