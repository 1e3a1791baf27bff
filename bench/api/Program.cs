// The least API that there is: one endpoint behind the bearer library, so that a request costs Kestrel and the check of
// a token.   --urls http://127.0.0.1:PORT --issuer https://as.example --server http://127.0.0.1:PORT
// With --stock SECONDS it stands behind the framework's own AddJwtBearer instead, which gets the keys so often and at
// no other time.
using OAuthServer.Bench.Api;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var issuer = builder.Configuration["issuer"] ?? throw new InvalidOperationException("--issuer is missing.");
var server = builder.Configuration["server"] ?? throw new InvalidOperationException("--server is missing.");
var stock = builder.Configuration.GetValue<double?>("stock");
if (stock is { } seconds)
{
    builder.Services.AddStockBearer(issuer, new Uri(server), TimeSpan.FromSeconds(seconds));
}
else
{
    builder.Services.AddOAuthBearer(options => (options.Issuer, options.Audience) = (issuer, issuer));
    builder.Services.AddHttpClient("OAuthServer.ResourceApi")
        .AddHttpMessageHandler(() => new ProxyInFront(new Uri(server)));
}

var app = builder.Build();
app.MapGet("/ready", () => Results.Ok());
var notes = app.MapGet("/notes", () => Results.Ok());
if (stock is null) notes.RequireScope("read");
else notes.RequireAuthorization();
app.Run();
