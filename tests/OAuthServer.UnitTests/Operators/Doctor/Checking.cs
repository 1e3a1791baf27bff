using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using OAuthServer.Operators.Doctor;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Operators.Doctor;

/// <summary>Short ways to run one check.</summary>
internal static class Look
{
    public static ServerAddress Address(string issuer) => new(Options.Create(new OAuthOptions { Issuer = issuer }));

    public static IHostEnvironment Environment(string name = "Production") =>
        new HostingEnvironment { EnvironmentName = name, ContentRootPath = Path.GetTempPath(), ContentRootFileProvider = new NullFileProvider() };

    public static ListenAddresses Listen(params (string Key, string Value)[] settings) => new(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build());

    public static Task<Examination> AtAsync(IDoctorCheck check) => check.ExamineAsync(TestContext.Current.CancellationToken);

    /// <summary>The findings as <c>severity code</c>.</summary>
    public static IEnumerable<string> Codes(this Examination saw) => saw.Findings.Select(finding => $"{finding.Severity} {finding.Id}");

    public static string Of(this Examination saw, string fact) => Assert.Single(saw.Facts, known => known.Name == fact).Value;
}
