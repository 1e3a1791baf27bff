using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>The description of the admin API as a whole (OpenAPI 3.1): what it is, and how one gets in.</summary>
internal sealed class AdminDocument(ServerAddress address) : IOpenApiDocumentTransformer
{
    /// <summary>The name of the way in.</summary>
    public const string Scheme = "operator";

    private const string Introduction =
        "Apps, people, sessions and records of an OAuthServer, at its management port. An access token is asked for "
        + "with the audience that ends in /admin/api, by a client that may administer.";

    public Task TransformAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo { Title = "OAuthServer admin API", Version = "1", Description = Introduction };
        // Wherever the port is, and however it is reached.
        document.Servers = [new OpenApiServer { Url = "/" }];
        var scopes = AdminResource.Of(address).Words.ToDictionary();
        document.AddComponent<IOpenApiSecurityScheme>(Scheme, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.OAuth2,
            Description =
                $"resource is {address.Url(Routes.AdminApi)}. For a person: two factors, and a sign-in of late.",
            Flows = new OpenApiOAuthFlows
            {
                ClientCredentials = new OpenApiOAuthFlow { TokenUrl = Uri(Routes.Token), Scopes = scopes },
                AuthorizationCode = new OpenApiOAuthFlow
                {
                    AuthorizationUrl = Uri(Routes.Authorize),
                    TokenUrl = Uri(Routes.Token),
                    RefreshUrl = Uri(Routes.Token),
                    Scopes = scopes,
                },
            },
        });
        return Task.CompletedTask;
    }

    private Uri Uri(string route) => new(address.Url(route));
}
