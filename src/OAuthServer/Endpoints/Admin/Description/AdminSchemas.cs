using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OAuthServer.Accounts.Editing;
using OAuthServer.Clients.Editing;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>
/// What bodies are, beyond what their types say: nothing unknown is taken, and what is null is left out of an answer.
/// </summary>
internal sealed class AdminSchemas : IOpenApiSchemaTransformer
{
    private static readonly Type[] Taken =
    [
        typeof(ClientFileEntry), typeof(NewPerson), typeof(InvitedPerson), typeof(PasswordReset), typeof(SignOutAsked),
        typeof(SessionsAsked),
    ];

    /// <summary>The name of a schema; null for one that stands where it is used.</summary>
    public static string? NameOf(JsonTypeInfo type) =>
        IsFreeForm(type.Type) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);

    public Task TransformAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo;
        if (type.Kind != JsonTypeInfoKind.Object || schema.Properties is not { } members) return Task.CompletedTask;
        foreach (var member in type.Properties.Where(member => IsFreeForm(member.PropertyType)))
            Change(members, member.Name, text => text.Type = Free(member));
        if (IsTaken(type.Type)) Close(schema, members, type.Type);
        else Complete(schema, members, type);
        return Task.CompletedTask;
    }

    private static bool IsTaken(Type type) => Taken.Contains(type);

    private static bool IsFreeForm(Type type) => type == typeof(JsonElement) || type == typeof(JsonElement?);

    private static JsonSchemaType Free(JsonPropertyInfo member) => member.PropertyType == typeof(JsonElement)
        ? JsonSchemaType.Object
        : JsonSchemaType.Object | JsonSchemaType.Null;

    private static void Close(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> members, Type type)
    {
        schema.AdditionalPropertiesAllowed = false;
        if (type != typeof(ClientFileEntry)) return;
        foreach (var name in ClientBody.Elsewhere) members.Remove(name);
    }

    private static void Complete(
        OpenApiSchema schema, IDictionary<string, IOpenApiSchema> members, JsonTypeInfo type)
    {
        foreach (var member in type.Properties) Change(members, member.Name, text => text.Type &= ~JsonSchemaType.Null);
        schema.Required = type.Properties
            .Where(member => !member.IsGetNullable && Nullable.GetUnderlyingType(member.PropertyType) is null)
            .Select(member => member.Name).ToHashSet(StringComparer.Ordinal);
    }

    private static void Change(IDictionary<string, IOpenApiSchema> members, string name, Action<OpenApiSchema> change)
    {
        if (members.TryGetValue(name, out var found) && found is OpenApiSchema schema) change(schema);
    }
}
