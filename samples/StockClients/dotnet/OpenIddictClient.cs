using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Client;
using static OpenIddict.Client.OpenIddictClientModels;

namespace OAuthServer.Samples.StockClients;

/// <summary>OpenIddict's client: one registration for each client, and a service that speaks for it.</summary>
internal sealed class OpenIddictClient(Checks checks, Uri issuer, SigningCredentials key) : IAsyncDisposable
{
    private readonly ServiceProvider _services = Services(issuer, key);

    private OpenIddictClientService Client => _services.GetRequiredService<OpenIddictClientService>();

    public async Task RunAsync()
    {
        await checks.RunAsync("OpenIddict.Client: client_credentials with a secret, introspection, revocation",
            () => LifeOfATokenAsync(Demo.Service));
        await checks.RunAsync("OpenIddict.Client: client_credentials with private_key_jwt, introspection, revocation",
            () => LifeOfATokenAsync(Demo.Jobs));
        await checks.RunAsync("OpenIddict.Client: a scope that the client may not have is refused", async () =>
        {
            try
            {
                await TokenAsync(Demo.Service, Demo.Files, "files:delete");
            }
            catch (OpenIddictExceptions.ProtocolException refusal)
            {
                Checks.Equal(OpenIddictConstants.Errors.InvalidScope, refusal.Error, "error");
                return;
            }

            throw new InvalidOperationException("it was accepted");
        });
    }

    /// <summary>An access token of a client's own.</summary>
    public async Task<string> TokenAsync(string id, string resource, string scope)
    {
        var answer = await Client.AuthenticateWithClientCredentialsAsync(new ClientCredentialsAuthenticationRequest
        {
            RegistrationId = id,
            Scopes = [scope],
            AdditionalTokenRequestParameters = new() { ["resource"] = resource },
        });
        return answer.AccessToken;
    }

    /// <summary>Gives a token back.</summary>
    public async Task RevokeAsync(string id, string token) =>
        await Client.RevokeTokenAsync(new() { RegistrationId = id, Token = token });

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static ServiceProvider Services(Uri issuer, SigningCredentials key)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddOpenIddict().AddClient(options =>
        {
            options.AllowClientCredentialsFlow();
            options.DisableTokenStorage();
            options.UseSystemNetHttp();
            options.AddRegistration(
                Registration(issuer, Demo.Service, registration => registration.ClientSecret = Demo.Secret));
            options.AddRegistration(
                Registration(issuer, Demo.Jobs, registration => registration.SigningCredentials.Add(key)));
        });
        return services.BuildServiceProvider();
    }

    private static OpenIddictClientRegistration Registration(
        Uri issuer, string client, Action<OpenIddictClientRegistration> credentials)
    {
        var registration = new OpenIddictClientRegistration
        {
            RegistrationId = client,
            Issuer = issuer,
            ConfigurationEndpoint = Demo.Metadata(issuer),
            ClientId = client,
        };
        credentials(registration);
        return registration;
    }

    private async Task LifeOfATokenAsync(string id)
    {
        var token = await TokenAsync(id, Demo.Files, Demo.FilesScope);
        var look = await Client.IntrospectTokenAsync(new() { RegistrationId = id, Token = token });
        Checks.Equal(id, look.Principal.GetClaim(OpenIddictConstants.Claims.ClientId), "client_id");
        Checks.Equal(Demo.Files, look.Principal.GetClaim(OpenIddictConstants.Claims.Audience), "aud");

        await RevokeAsync(id, token);
        await Checks.BecomesTrueAsync(() => IsRefusedAsync(id, token), "the token is still active");
    }

    // Not active is an exception of this library.
    private async Task<bool> IsRefusedAsync(string id, string token)
    {
        try
        {
            await Client.IntrospectTokenAsync(new() { RegistrationId = id, Token = token });
            return false;
        }
        catch (OpenIddictExceptions.ProtocolException refusal) when (refusal.Error
            == OpenIddictConstants.Errors.InvalidToken)
        {
            return true;
        }
    }
}
