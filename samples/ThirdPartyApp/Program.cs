// A web app that reads and writes a user's notes at another company's API, with ASP.NET Core's own OAuth handler:
// authorization code flow with PKCE, refresh, revocation. Tokens stay in the encrypted session cookie.
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OAuthServer.Samples.ThirdPartyApp;

const string DemoSecret = "demo-web-secret";
var builder = WebApplication.CreateBuilder(args);
var server = builder.Configuration["OAuth:Server"]!.TrimEnd('/');
var secret = builder.Configuration["OAuth:ClientSecret"]!;
if (secret == DemoSecret && !builder.Environment.IsDevelopment())
    throw new InvalidOperationException("OAuth:ClientSecret is the demo secret, which works in the Development environment only. Configure this app's own secret.");

builder.Services.AddAntiforgery();
builder.Services.AddAuthorization();
builder.Services.AddHttpClient<Connection>();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie(cookie =>
    {
        cookie.Cookie.Name = "ThirdPartyApp";
        cookie.LoginPath = "/";
    })
    .AddOAuth("OAuthServer", oauth =>
    {
        oauth.AuthorizationEndpoint = server + "/oauth/authorize";
        oauth.TokenEndpoint = server + "/oauth/token";
        oauth.ClientId = builder.Configuration["OAuth:ClientId"]!;
        oauth.ClientSecret = secret;
        oauth.CallbackPath = "/callback";
        oauth.UsePkce = true;
        oauth.SaveTokens = true;
        oauth.Scope.Add("read");
        oauth.Scope.Add("write");
        oauth.Events.OnCreatingTicket = Callback.KeepScopeAsync;
        oauth.Events.OnRemoteFailure = Callback.ExplainAsync;
    });

var app = builder.Build();
app.Use(async (context, next) =>
{
    context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    context.Response.Headers.CacheControl = "no-store";
    await next();
});
// RFC 9207: an answer that names another server is not for us. Before authentication, so that its code is never sent anywhere.
app.Use((context, next) => Callback.CheckIssuerAsync(context, server, next));
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    Page.Show(context, antiforgery, await connection.ReadAsync(context)));
app.MapGet("/connect", () => Results.Challenge(new AuthenticationProperties { RedirectUri = "/" }, ["OAuthServer"]));
app.MapGet("/error", (string? reason) => Page.Error(reason));
app.MapGet("/style.css", () => Results.Text(Page.Style, "text/css"));

var actions = app.MapGroup("").RequireAuthorization();
actions.MapPost("/notes", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.WriteAsync(context, context.Request.Form["text"].ToString())));
actions.MapPost("/refresh", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.RefreshAsync(context)));
actions.MapPost("/disconnect", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.DisconnectAsync(context)));
app.Run();

static async Task<IResult> Guarded(HttpContext context, IAntiforgery antiforgery, Func<Task<string?>> action)
{
    if (!await antiforgery.IsRequestValidAsync(context)) return Results.Redirect("/error?reason=form");
    var failure = await action();
    return Results.Redirect(failure is null ? "/" : "/error?reason=" + failure);
}
