using System.Globalization;

namespace OAuthServer.Testing;

/// <summary>Runs <c>OAuthServer clients</c> on a database, with environment variables of its own.</summary>
internal sealed class ClientsRunner(string? connectionString)
{
    public ClientsRunner(TestDatabase database)
        : this(database.ConnectionString)
    {
    }

    /// <summary>The lowest, so that tests are quick.</summary>
    public int Cost { get; init; } = 10;

    public Dictionary<string, string?> Variables { get; } = [];

    public Task<CommandRun> RunAsync(params string[] args)
    {
        var commands = new CommandLine
        {
            Settings =
            {
                ["ConnectionStrings:OAuthServer"] = connectionString,
                ["ClientSecrets:Cost"] = Cost.ToString(CultureInfo.InvariantCulture),
            },
            Variables = Variables,
        };
        return commands.RunAsync(["clients", .. args], CancellationToken.None);
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
