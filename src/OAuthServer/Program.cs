using System.Globalization;
using OAuthServer.Hosting;
using OAuthServer.Hosting.Development;
using OAuthServer.Operators;

// Whoever starts it, wherever: figures and moments are written in one way.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;

if (RootCommands.Handles(args)) return await RootCommands.RunAsync(args);

if (StartObstacles.OfProcess is { } lacking) return Stop(lacking, ExitCodes.Misconfigured);

await using var database = await DevelopmentDatabase.StartAsync(args);
if (database.Fault is { } missing) return Stop(missing, ExitCodes.Unavailable);

var app = ServerHost.Build(args, builder => database.Configure(builder.Configuration));
if (app is null) return ExitCodes.Misconfigured;

if (await StartObstacles.FirstAsync(app.Services, CancellationToken.None) is { } obstacle)
    return Stop(obstacle, ExitCodes.Misconfigured);

if (await DevelopmentStart.PrepareAsync(app, database.Psql) is { } fault) return Stop(fault, ExitCodes.Unavailable);

return await HostEnd.RunAsync(app) ? ExitCodes.Done : ExitCodes.Unavailable;

static int Stop(string why, int code)
{
    Console.Error.WriteLine(why);
    return code;
}
