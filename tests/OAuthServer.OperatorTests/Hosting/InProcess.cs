using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Hosting;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>What the host says of a configuration, without a process for each.</summary>
internal static class InProcess
{
    /// <summary>
    /// The faults that the host's own validation finds; standard error belongs to all tests, so it is not read here.
    /// </summary>
    /// <param name="variables">As environment variables are written.</param>
    public static IReadOnlyList<string> Faults(IReadOnlyDictionary<string, string> variables)
    {
        IServiceCollection? services = null;
        using var app = ServerHost.Build(
            [$"--environment={variables["ASPNETCORE_ENVIRONMENT"]}", $"--contentRoot={AppContext.BaseDirectory}"],
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                    variables.Select(v => KeyValuePair.Create(
                        v.Key.Replace("__", ":", StringComparison.Ordinal),
                        (string?)(v.Value.Length == 0 ? null : v.Value))));
                services = builder.Services;
            }) as IDisposable;
        using var provider = services!.BuildServiceProvider();
        var faults = ConfigurationFaults.Shown(provider);
        Assert.Equal(faults.Count > 0, app is null);
        return faults;
    }
}
