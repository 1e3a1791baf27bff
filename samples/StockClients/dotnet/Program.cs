// dotnet run --project dotnet -- http://localhost:5080 key.json
using OAuthServer.Samples.StockClients;

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
