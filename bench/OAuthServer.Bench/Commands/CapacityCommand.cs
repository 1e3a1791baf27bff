using System.CommandLine;

namespace OAuthServer.Bench.Commands;

/// <summary><c>capacity</c>: what the operator's own hardware and database can do, in two minutes.</summary>
internal static class CapacityCommand
{
    public static Command Create()
    {
        var connection = new Option<string?>("--connection")
        {
            Description = "Npgsql connection string of your PostgreSQL; the role needs CREATEDB. The bench makes a "
                + "database of its own there and drops it. A private PostgreSQL when absent.",
        };
        var connections = BenchOption.Of("--connections", "How many requests are under way at once.", 32);
        var command = new Command(
            "capacity",
            "Measure what this machine and your PostgreSQL can do, and what limits it.") { connection, connections };
        command.SetAction((parsed, ct) =>
            Outcome.OfAsync(() => CapacityRun.RunAsync(parsed.GetValue(connection), parsed.GetValue(connections), ct)));
        return command;
    }
}
