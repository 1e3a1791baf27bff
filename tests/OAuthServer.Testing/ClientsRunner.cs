using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using OAuthServer.Clients;
using OAuthServer.Operators.Clients;

namespace OAuthServer.Testing;

/// <summary>What a run of a command left.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>Runs <c>OAuthServer clients</c> on a database, with environment variables of its own.</summary>
internal sealed class ClientsRunner(string? connectionString)
{
    public ClientsRunner(TestDatabase database)
        : this(database.ConnectionString)
    {
    }

    /// <summary>The lowest, so that tests are quick.</summary>
    public int Cost { get; set; } = 10;

    public Dictionary<string, string> Variables { get; } = [];

    public async Task<CommandRun> RunAsync(params string[] args)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("OAuth:Scopes:read", "Read"), new("OAuth:Scopes:write", "Write")]).Build();
        var secrets = () => new ClientSecretOptions { Cost = Cost };
        var command = ClientsCommand.Create(new ClientsContext(() => connectionString, secrets, configuration, Variables.GetValueOrDefault, TimeProvider.System), secrets);
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await command.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, CancellationToken.None);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    /// <summary><c>plan</c> or <c>apply</c> of a file with this text.</summary>
    public async Task<CommandRun> RunFileAsync(string name, string json, params string[] options)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, json, CancellationToken.None);
            return await RunAsync([name, path, .. options]);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
