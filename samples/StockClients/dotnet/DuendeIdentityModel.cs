using System.Net;
using System.Security.Cryptography;
using System.Text;
using Duende.IdentityModel;
using Duende.IdentityModel.Client;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OAuthServer.Samples.StockClients;

/// <summary>Duende.IdentityModel: extensions of <see cref="HttpClient"/>, one for each endpoint.</summary>
internal sealed class DuendeIdentityModel(Checks checks, Uri issuer, SigningCredentials key)
{
    private DiscoveryDocumentResponse _server = null!;

    public async Task RunAsync()
    {
        using var http = new HttpClient();
        await checks.RunAsync("Duende.IdentityModel: metadata (RFC 8414)", async () =>
            _server = Answered(await http.GetDiscoveryDocumentAsync(new DiscoveryDocumentRequest
            {
                Address = issuer.OriginalString,
                Policy = { DiscoveryDocumentPath = Demo.MetadataPath },
            })));
        if (_server is null) return;

        await checks.RunAsync(
            "Duende.IdentityModel: client_credentials with client_secret_basic, introspection, revocation",
                () => LifeOfATokenAsync(http, Demo.Service, new() { ClientSecret = Demo.Secret }));
        await checks.RunAsync(
            "Duende.IdentityModel: client_credentials with client_secret_post, introspection, revocation",
                () => LifeOfATokenAsync(http, Demo.Service, InBody(new() { ClientSecret = Demo.Secret })));
        await checks.RunAsync(
            "Duende.IdentityModel: client_credentials with private_key_jwt, introspection, revocation",
                () => LifeOfATokenAsync(http, Demo.Jobs, InBody(new())));
        await checks.RunAsync("Duende.IdentityModel: a wrong secret is refused", async () =>
        {
            var answer = await http.RequestClientCredentialsTokenAsync(
                Ask(Demo.Service, new() { ClientSecret = "wrong" }));
            Checks.Equal(HttpStatusCode.Unauthorized, answer.HttpStatusCode, "the status");
        });
        await checks.RunAsync("Duende.IdentityModel: PAR (RFC 9126)", () => PushAsync(http));
    }

    private async Task LifeOfATokenAsync(HttpClient http, string client, ProtocolRequest credentials)
    {
        var token = Answered(await http.RequestClientCredentialsTokenAsync(Ask(client, credentials))).AccessToken!;
        async Task<TokenIntrospectionResponse> LookAsync() => Answered(await http.IntrospectTokenAsync(
            With(
                new TokenIntrospectionRequest { Address = _server.IntrospectionEndpoint, Token = token },
                client,
                credentials)));

        var answer = await LookAsync();
        Checks.Equal(true, answer.IsActive, "active");
        Checks.Equal(client, answer.ClientId, "client_id");
        Checks.Equal(Demo.FilesScope, string.Join(' ', answer.Scopes), "scope");

        Answered(await http.RevokeTokenAsync(
            With(
                new TokenRevocationRequest { Address = _server.RevocationEndpoint, Token = token },
                client,
                credentials)));
        await Checks.BecomesTrueAsync(async () => !(await LookAsync()).IsActive, "the token is still active");
    }

    private async Task PushAsync(HttpClient http)
    {
        var request = new PushedAuthorizationRequest
        {
            Address = _server.PushedAuthorizationRequestEndpoint,
            ClientId = Demo.Web,
            ClientSecret = Demo.Secret,
            ResponseType = OidcConstants.ResponseTypes.Code,
            RedirectUri = Demo.WebCallback,
            Scope = Demo.NotesScope,
            State = CryptoRandom.CreateUniqueId(),
            CodeChallenge = Base64UrlEncoder.Encode(
                SHA256.HashData(Encoding.ASCII.GetBytes(CryptoRandom.CreateUniqueId()))),
            CodeChallengeMethod = OidcConstants.CodeChallengeMethods.Sha256,
        };
        request.Parameters.Add("resource", Demo.Notes);
        var reference = Answered(await http.PushAuthorizationAsync(request)).RequestUri!;

        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler);
        var visit = new RequestUrl(_server.AuthorizeEndpoint!).CreateAuthorizeUrl(Demo.Web, requestUri: reference);
        using var page = await browser.GetAsync(new Uri(visit));
        Checks.Equal(HttpStatusCode.SeeOther, page.StatusCode, "the answer to the browser");
        Checks.Equal(
            true,
            page.Headers.Location!.OriginalString.Contains("/account/sign-in", StringComparison.Ordinal),
            "to sign in");
    }

    private ClientCredentialsTokenRequest Ask(string client, ProtocolRequest credentials)
    {
        var request = new ClientCredentialsTokenRequest { Address = _server.TokenEndpoint, Scope = Demo.FilesScope };
        request.Resource.Add(Demo.Files);
        return With(request, client, credentials);
    }

    // An assertion is good for one request, so each gets a new one.
    private T With<T>(T request, string client, ProtocolRequest credentials) where T : ProtocolRequest
    {
        request.ClientId = client;
        request.ClientSecret = credentials.ClientSecret;
        request.ClientCredentialStyle = credentials.ClientCredentialStyle;
        if (credentials.ClientSecret is null)
            request.ClientAssertion = new()
            {
                Type = OidcConstants.ClientAssertionTypes.JwtBearer,
                Value = Assertion(client),
            };
        return request;
    }

    private string Assertion(string client) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = client,
        Audience = _server.Issuer, // the issuer, and not the address of an endpoint (RFC 10070)
        Expires = DateTime.UtcNow.AddMinutes(1),
        Claims = new Dictionary<string, object>
        {
            [JwtRegisteredClaimNames.Sub] = client,
            [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString(),
        },
        SigningCredentials = key,
    });

    private static ProtocolRequest InBody(ProtocolRequest request)
    {
        request.ClientCredentialStyle = ClientCredentialStyle.PostBody;
        return request;
    }

    private static T Answered<T>(T answer) where T : ProtocolResponse =>
        answer.IsError ? throw new InvalidOperationException(answer.Error, answer.Exception) : answer;
}
