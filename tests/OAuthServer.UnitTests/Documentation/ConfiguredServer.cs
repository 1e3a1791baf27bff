using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.Hosting;
using OAuthServer.Settings;
using OAuthServer.UnitTests.Architecture;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>
/// The services of a server that is not started, configured by the published appsettings files and what a test adds;
/// nothing of this machine counts.
/// </summary>
internal sealed class ConfiguredServer : IDisposable
{
    private readonly WebApplicationBuilder _builder;
    private readonly Lazy<ServiceProvider> _services;

    public ConfiguredServer(string environment, params (string Key, string Value)[] settings)
    {
        var folder = Path.Combine(CompiledServer.SourceFolder, "OAuthServer");
        // A watcher for each of some hundred would be more than a machine has.
        _builder = SettingsOnce.CreateBuilder($"--environment={environment}", $"--contentRoot={folder}");
        ((IConfigurationBuilder)_builder.Configuration).Sources.Clear();
        var added = settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value));
        _builder.Configuration
            .AddJsonFile("appsettings.json")
            .AddJsonFile($"appsettings.{environment}.json", optional: true)
            .AddInMemoryCollection(added);
        _builder.Services.AddServer(_builder.Configuration);
        _services = new(() => _builder.Services.BuildServiceProvider());
    }

    /// <summary>Every section and its options class.</summary>
    public IReadOnlyList<BoundSection> Sections =>
    [
        .. _builder.Services.Select(service => service.ImplementationInstance).OfType<BoundSection>()
            .DistinctBy(section => section.Path).OrderBy(section => section.Path, StringComparer.Ordinal),
    ];

    /// <summary>Every options class of ours that anything configures.</summary>
    public IReadOnlyList<Type> OptionsClasses =>
    [
        .. _builder.Services.Select(service => service.ServiceType)
            .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConfigureOptions<>))
            .Select(type => type.GetGenericArguments()[0])
            .Where(type => type.Assembly == typeof(ServerHost).Assembly).Distinct(),
    ];

    /// <summary>An options object as it is configured, whether it is valid or not.</summary>
    public object Options(Type type) =>
        typeof(ConfiguredServer).GetMethod(nameof(Configured), BindingFlags.NonPublic | BindingFlags.Instance)!
            .MakeGenericMethod(type).Invoke(this, [])!;

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _services.Value;

    /// <summary>Every fault of the configuration.</summary>
    public IReadOnlyList<string> Faults => ConfigurationFaults.Of(_services.Value);

    public void Dispose()
    {
        if (_services.IsValueCreated) _services.Value.Dispose();
    }

    private T Configured<T>()
        where T : class, new()
    {
        var options = new T();
        foreach (var configure in _services.Value.GetServices<IConfigureOptions<T>>()) configure.Configure(options);
        return options;
    }
}
