using System.Net;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Validation.AspNetCore;

namespace OAuthServer.Samples.StockClients;

/// <summary>An API that OpenIddict's validation protects: it asks the server about each token (RFC 7662).</summary>
internal sealed class OpenIddictApi(Checks checks, Uri issuer, SigningCredentials key, OpenIddictClient clients)
{
    public async Task RunAsync()
    {
        await checks.RunAsync("OpenIddict.Validation: an API asks with a secret", () =>
            ProtectsAsync(Demo.Service, options => options.SetClientSecret(Demo.Secret), caller: Demo.Jobs));
        await checks.RunAsync("OpenIddict.Validation: an API asks with private_key_jwt", () =>
            ProtectsAsync(Demo.Jobs, options => options.AddSigningCredentials(key), caller: Demo.Service));
    }

    // Who calls is not who asks: it counts that the API lists the latter.
    private async Task ProtectsAsync(string api, Action<OpenIddictValidationBuilder> credentials, string caller)
    {
        await using var app = Api(api, credentials);
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        Checks.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, null), "without a token the status");
        Checks.Equal(HttpStatusCode.Unauthorized, await StatusAsync(http, "nonsense"), "with nonsense the status");

        var token = await clients.TokenAsync(caller, Demo.Files, Demo.FilesScope);
        Checks.Equal(HttpStatusCode.OK, await StatusAsync(http, token), "with a token the status");
        Checks.Equal(
            HttpStatusCode.Unauthorized, await StatusAsync(http, token[..^4] + "AAAA"), "with a forged one the status");
        var other = await clients.TokenAsync(caller, Demo.Notes, Demo.NotesScope);
        Checks.Equal(
            HttpStatusCode.Unauthorized, await StatusAsync(http, other), "with one for another API the status");

        await clients.RevokeAsync(caller, token);
        await Checks.BecomesTrueAsync(
            async () => await StatusAsync(http, token) == HttpStatusCode.Unauthorized, "the token is still accepted");
    }

    private WebApplication Api(string client, Action<OpenIddictValidationBuilder> credentials)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddOpenIddict().AddValidation(options =>
        {
            options.SetIssuer(issuer);
            options.Configure(o => o.ConfigurationEndpoint = Demo.Metadata(issuer));
            options.AddAudiences(Demo.Files);
            options.UseIntrospection().SetClientId(client);
            credentials(options);
            options.UseSystemNetHttp();
            options.UseAspNetCore();
        });
        builder.Services.AddAuthentication(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme);
        builder.Services.AddAuthorization();

        var app = builder.Build();
        app.MapGet("/files", () => "yours")
            .RequireAuthorization(policy => policy.RequireAssertion(context => context.User.HasScope(Demo.FilesScope)));
        return app;
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/files", UriKind.Relative));
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }
}
