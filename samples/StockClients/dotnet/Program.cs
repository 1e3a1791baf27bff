// dotnet run --project dotnet -- http://localhost:5080 key.json               the checks
// dotnet run --project dotnet -- http://localhost:5080 http://127.0.0.1:5094   the web app, for aspnet.mjs
using OAuthServer.Samples.StockClients;

if (args is [var server, ['h', 't', 't', 'p', ..] app])
{
    await OpenIddictApp.RunAsync(new(server), app);
    return 0;
}

if (args is not [var address, var keyFile] || !Uri.TryCreate(address, UriKind.Absolute, out var issuer))
{
    await Console.Error.WriteLineAsync("Say which server and which key: -- http://localhost:5080 key.json");
    return 2;
}

var checks = new Checks();
var key = await Demo.KeyAsync(keyFile);
await new DuendeIdentityModel(checks, issuer, key).RunAsync();
await using var clients = new OpenIddictClient(checks, issuer, key);
await clients.RunAsync();
await new OpenIddictApi(checks, issuer, key, clients).RunAsync();
return checks.Failures == 0 ? 0 : 1;
