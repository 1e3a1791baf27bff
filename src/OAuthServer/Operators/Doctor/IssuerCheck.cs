using OAuthServer.Settings;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the issuer is a name that clients can reach and compare (RFC 8414 §2, §3.3).</summary>
internal sealed class IssuerCheck(ServerAddress address, IHostEnvironment environment) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "issuer";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Configuration;

    /// <inheritdoc/>
    public Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var uri = new Uri(address.Issuer);
        var canonical = uri.GetLeftPart(UriPartial.Authority) + address.Path;
        var notes = new Notes().Fact("issuer", address.Issuer).Fact("metadata", Metadata(uri, address.Path)).Fact("audience", address.Audience);
        notes.FoundIf(!address.IsHttps, FindingIds.IssuerPlainHttp, Severity.Note,
            "The issuer is plain http, which Development allows on a loopback host.", "Nothing here. In production the issuer has to be https.");
        notes.FoundIf(address.Issuer != canonical, FindingIds.IssuerNotCanonical, Severity.Warning,
            $"The issuer is not written as programs write URLs: that would be {canonical}. Clients compare it byte for byte, and some write it anew first.",
            $"Set OAuth:Issuer to {canonical}, together with the clients and APIs that name it.");
        notes.FoundIf(uri.IsLoopback && !environment.IsDevelopment(), FindingIds.IssuerLoopback, Severity.Warning,
            $"The issuer {address.Issuer} is this machine alone: no other one reaches it.", "Set OAuth:Issuer to the https URL under which clients reach the server.");
        notes.FoundIf(address.Path.Length > 0, FindingIds.IssuerHasPath, Severity.Note,
            $"The issuer has a path, so its metadata is not below it: {Metadata(uri, address.Path)} (RFC 8414 §3.1).",
            $"Let the proxy pass on both {address.Path}/ and /.well-known/oauth-authorization-server{address.Path}, unchanged.");
        return notes.DoneAsync();
    }

    /// <summary>Where the metadata of an issuer is (RFC 8414 §3.1).</summary>
    internal static string Metadata(Uri issuer, string path) => $"{issuer.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server{path}";
}
