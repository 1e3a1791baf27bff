// OpenIddict as its documentation and samples set it up, on Entity Framework Core and PostgreSQL:
// https://documentation.openiddict.com/guides/getting-started/creating-your-own-server-instance
//   --urls http://127.0.0.1:PORT --connection "Host=…" --key PATH
using OAuthServer.Bench.OpenIddictHost;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddOpenIddictServer(Setting("connection"), await File.ReadAllTextAsync(Setting("key")));

var app = builder.Build();
await Seed.PlantAsync(app.Services);
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/ready", () => Results.Ok());
app.MapGet("/connect/authorize", AuthorizationEndpoints.Authorize);
app.MapPost("/connect/token", (Delegate)AuthorizationEndpoints.ExchangeAsync);
await app.RunAsync();

string Setting(string name) =>
    builder.Configuration[name] ?? throw new InvalidOperationException($"--{name} is missing.");
