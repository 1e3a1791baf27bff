// A web app that knows who signed in, and reads and writes this person's notes at another company's API, with ASP.NET
// Core's own OpenID Connect handler: pushed requests, code with PKCE, userinfo, refresh, revocation, sign-out both
// ways. Tokens stay in the encrypted session cookie.
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using OAuthServer.Samples.ThirdPartyApp;

const string DemoSecret = "demo-web-secret";
var builder = WebApplication.CreateBuilder(args);
var server = builder.Configuration["OAuth:Server"]!.TrimEnd('/');
var secret = builder.Configuration["OAuth:ClientSecret"]!;
if (secret == DemoSecret && !builder.Environment.IsDevelopment())
    throw new InvalidOperationException(
        "OAuth:ClientSecret is the demo secret, which works in the Development environment only. Configure this app's "
            + "own secret.");

builder.Services.AddAntiforgery();
builder.Services.AddAuthorization();
builder.Services.AddDistributedMemoryCache(); // an app of several instances puts a shared one here
builder.Services.AddHttpClient<Connection>();
builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
    .AddCookie(cookie =>
    {
        cookie.Cookie.Name = "ThirdPartyApp";
        cookie.LoginPath = "/";
        cookie.Events.OnValidatePrincipal = BackChannel.EndSessionsThatAreOverAsync;
    })
    .AddOpenIdConnect(oidc =>
    {
        oidc.Authority = server;
        oidc.RequireHttpsMetadata = !builder.Environment.IsDevelopment();
        oidc.ClientId = builder.Configuration["OAuth:ClientId"];
        oidc.ClientSecret = secret;
        oidc.ResponseType = "code";
        oidc.Scope.Add("email"); // beside openid and profile
        oidc.Scope.Add("read");
        oidc.Scope.Add("write");
        oidc.GetClaimsFromUserInfoEndpoint = true;
        oidc.MapInboundClaims = false;
        oidc.TokenValidationParameters.NameClaimType = "name";
        oidc.SaveTokens = true;
        oidc.CallbackPath = "/callback";
        oidc.SignedOutCallbackPath = "/signed-out";
        oidc.AccessDeniedPath = "/denied";
        oidc.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect("/error?reason=callback");
            return Task.CompletedTask;
        };
    });

var app = builder.Build();
app.UseExceptionHandler(new ExceptionHandlerOptions
{
    ExceptionHandler = context => Page.Error("server").ExecuteAsync(context),
});
app.Use(async (context, next) =>
{
    // The form that signs out is led on to the server.
    context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'self'; form-action 'self' "
        + $"{server}; frame-ancestors 'none'; base-uri 'none'";
    context.Response.Headers.CacheControl = "no-store";
    await next();
});
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    Page.Show(context, antiforgery, await connection.ReadAsync(context)));
app.MapGet(
    "/connect", () => Results.Challenge(new() { RedirectUri = "/" }, [OpenIdConnectDefaults.AuthenticationScheme]));
app.MapGet("/denied", () => Page.Error("denied"));
app.MapGet("/error", (string? reason) => Page.Error(reason));
app.MapGet("/style.css", () => Results.Text(Page.Style, "text/css"));
app.MapPost("/backchannel-logout", BackChannel.ReceiveAsync);

var actions = app.MapGroup("").RequireAuthorization();
actions.MapPost("/notes", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.WriteAsync(context, context.Request.Form["text"].ToString())));
actions.MapPost("/refresh", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.RefreshAsync(context)));
actions.MapPost("/disconnect", async (HttpContext context, Connection connection, IAntiforgery antiforgery) =>
    await Guarded(context, antiforgery, () => connection.DisconnectAsync(context)));
actions.MapPost(
    "/sign-out", async (HttpContext context, IAntiforgery antiforgery) => await antiforgery.IsRequestValidAsync(context)
        ? Results.SignOut(
            new() { RedirectUri = "/" },
            [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme])
        : Results.Redirect("/error?reason=form"));
app.Run();

static async Task<IResult> Guarded(HttpContext context, IAntiforgery antiforgery, Func<Task<string?>> action)
{
    if (!await antiforgery.IsRequestValidAsync(context)) return Results.Redirect("/error?reason=form");
    var failure = await action();
    return Results.Redirect(failure is null ? "/" : "/error?reason=" + failure);
}
