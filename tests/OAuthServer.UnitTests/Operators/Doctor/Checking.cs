using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Operators.Doctor;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>What one check needs, and short ways to its result.</summary>
internal static class Checking
{
    public static ServerAddress Address(string issuer) => new(Options.Create(new OAuthOptions { Issuer = issuer }));

    public static IHostEnvironment Environment(string name = "Production") => new HostingEnvironment
    {
        EnvironmentName = name,
        ContentRootPath = Path.GetTempPath(),
        ContentRootFileProvider = new NullFileProvider(),
    };

    public static ListenAddresses Listen(params (string Key, string Value)[] settings)
    {
        var values = settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value));
        return new ListenAddresses(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), Environment());
    }

    public static Task<CheckResult> RunAsync(IDoctorCheck check) =>
        check.RunAsync(TestContext.Current.CancellationToken);

    /// <summary>The findings as <c>severity code</c>.</summary>
    public static IEnumerable<string> Codes(this CheckResult result) =>
        result.Findings.Select(finding => $"{finding.Severity} {finding.Id}");

    /// <summary>The value of a fact.</summary>
    public static string Fact(this CheckResult result, string name) =>
        Assert.Single(result.Facts, known => known.Name == name).Value;
}
