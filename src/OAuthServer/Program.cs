using OAuthServer.Commands;
using OAuthServer.Development;
using OAuthServer.Hosting;

if (RootCommands.Handles(args)) return await RootCommands.RunAsync(args);

await using var database = await DevelopmentDatabase.StartAsync(args);
if (database.Fault is { } fault)
{
    await Console.Error.WriteLineAsync(fault);
    return 1;
}

var app = ServerHost.Build(args, builder => database.Configure(builder.Configuration));
if (app is null) return 2;

await DevelopmentStart.PrepareAsync(app);
await app.RunAsync();
return 0;
