using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>The description of the admin API, made from its routes; docs/admin-api.json is a copy.</summary>
internal static class AdminDescription
{
    public static void AddDescription(this IServiceCollection services)
    {
        // As the answers are written; nothing else of this server asks for these.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi(description =>
        {
            description.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            description.ShouldInclude = route => route.ActionDescriptor.EndpointMetadata.OfType<AdminCall>().Any();
            description.CreateSchemaReferenceId = AdminSchemas.NameOf;
            description.AddSchemaTransformer<AdminSchemas>();
            description.AddOperationTransformer<AdminOperation>();
            description.AddDocumentTransformer<AdminDocument>();
        });
    }

    public static void MapDescription(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi(Routes.AdminDescription).WithName("admin.description").RequireBudget(Budget.Admin);
}
