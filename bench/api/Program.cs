// The least API that there is: one endpoint behind the bearer library, so that a request costs Kestrel and the check of a token.
//   --urls http://127.0.0.1:PORT --issuer https://as.example --server http://127.0.0.1:PORT
using OAuthServer.Bench.Api;

var builder = WebApplication.CreateBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
var issuer = builder.Configuration["issuer"] ?? throw new InvalidOperationException("--issuer is missing.");
var server = builder.Configuration["server"] ?? throw new InvalidOperationException("--server is missing.");
builder.Services.AddOAuthBearer(options => (options.Issuer, options.Audience) = (issuer, issuer));
builder.Services.AddHttpClient("OAuthServer.ResourceApi").AddHttpMessageHandler(() => new ProxyInFront(new Uri(server)));

var app = builder.Build();
app.MapGet("/ready", () => Results.Ok());
app.MapGet("/notes", () => Results.Ok()).RequireScope("read");
app.Run();
