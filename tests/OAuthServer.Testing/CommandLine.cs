using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using OAuthServer.Operators;

namespace OAuthServer.Testing;

/// <summary>
/// Runs the operator's commands in this process, with settings and environment variables of its own.
/// </summary>
internal sealed class CommandLine
{
    /// <summary>With colons, as in a configuration file.</summary>
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>The environment variables to which a file of clients may refer.</summary>
    public Dictionary<string, string?> Variables { get; init; } = [];

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Commands on a database.</summary>
    public static CommandLine On(string? connectionString) =>
        new() { Settings = { ["ConnectionStrings:OAuthServer"] = connectionString } };

    /// <summary>What a command works with, for tests that make one by themselves. The caller disposes of it.</summary>
    public CommandSettings Read()
    {
        var environment = new HostingEnvironment
        {
            EnvironmentName = Environments.Production,
            ContentRootPath = AppContext.BaseDirectory,
            ContentRootFileProvider = new NullFileProvider(),
        };
        return new CommandSettings(Configuration(Settings), environment, Clock, Configuration(Variables));
    }

    /// <summary>Runs a command, such as <c>clients list</c>.</summary>
    public async Task<CommandRun> RunAsync(string[] args, CancellationToken ct = default)
    {
        await using var output = new StringWriter();
        return await RunAsync(args, output, ct);
    }

    /// <summary>Runs a command that prints to <paramref name="output"/>, whose text the answer has too.</summary>
    public async Task<CommandRun> RunAsync(string[] args, StringWriter output, CancellationToken ct = default)
    {
        await using var settings = Read();
        await using var error = new StringWriter();
        var console = new InvocationConfiguration { Output = output, Error = error };
        var code = await RootCommands.RunAsync(settings, args, console, ct);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    private static IConfigurationRoot Configuration(Dictionary<string, string?> values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values).Build();
}
