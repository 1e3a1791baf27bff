using OAuthServer.Hosting;
using OAuthServer.Hosting.Development;
using OAuthServer.Operators;

if (RootCommands.Handles(args)) return await RootCommands.RunAsync(args);

await using var database = await DevelopmentDatabase.StartAsync(args);
if (database.Fault is { } missing) return Stop(missing);

var app = ServerHost.Build(args, builder => database.Configure(builder.Configuration));
if (app is null) return ExitCodes.Misconfigured;

if (await DevelopmentStart.PrepareAsync(app) is { } fault) return Stop(fault);
await app.RunAsync();
return 0;

static int Stop(string why)
{
    Console.Error.WriteLine(why);
    return ExitCodes.Unavailable;
}
