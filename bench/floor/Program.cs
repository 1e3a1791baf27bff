// The least that a refresh and a code flow can cost on this stack: form, hashes, one statement, one signature, JSON.
// Not an authorization server: what ours takes beyond it is the price of being one.
//   --urls http://127.0.0.1:PORT --connection "Host=…" --key PATH
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Bench.Floor;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
using var tokens = new AccessTokens(await File.ReadAllTextAsync(Setting("key")));
await using var chains = await Chains.OpenAsync(Setting("connection"));

builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
var app = builder.Build();
var endpoints = new FloorEndpoints(tokens, chains);
app.MapGet("/ready", (RequestDelegate)(_ => Task.CompletedTask));
app.MapGet("/floor/start", (RequestDelegate)endpoints.StartAsync);
app.MapPost("/floor/refresh", (RequestDelegate)endpoints.RefreshAsync);
var flow = new CodeEndpoints(tokens, chains.Codes, app.Services.GetRequiredService<IDataProtectionProvider>());
app.MapGet("/floor/sign-in", (RequestDelegate)flow.SignInAsync);
app.MapGet("/floor/authorize", (RequestDelegate)flow.AuthorizeAsync);
app.MapPost("/floor/token", (RequestDelegate)flow.ExchangeAsync);
app.MapPost("/floor/client-credentials", (RequestDelegate)endpoints.OwnTokenAsync);
app.MapPost("/floor/echo", (RequestDelegate)FloorEndpoints.EchoAsync);
app.MapPost("/floor/sign", (RequestDelegate)endpoints.SignAsync);
app.MapPost("/floor/statement", (RequestDelegate)endpoints.RotateAsync);
app.MapGet("/floor/static", (RequestDelegate)FloorEndpoints.StaticAsync);
await app.RunAsync();

string Setting(string name) =>
    builder.Configuration[name] ?? throw new InvalidOperationException($"--{name} is missing.");
