using System.CommandLine;
using OAuthServer.Bench.Abuse;
using OAuthServer.Bench.Commands;
using OAuthServer.Bench.Growth;
using OAuthServer.Bench.Rotation;
using OAuthServer.Bench.Scale;
using OAuthServer.Bench.Sweep;

var root = new RootCommand("Measures OAuthServer beside the physical floor and a peer.")
{
    RunCommand.Create(),
    CapacityCommand.Create(),
    GrowthCommand.Create(),
    AbuseCommand.Create(),
    RotationCommand.Create(),
    SweepCommand.Create(),
    ScaleCommand.Create(),
};

// Ctrl-C ends the servers and PostgreSQL too, which takes a moment.
return await root.Parse(args)
    .InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
