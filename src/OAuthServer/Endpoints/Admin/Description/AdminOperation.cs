using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>
/// Adds to a described call what its handler reads by itself: parameters, the tag of a state, headers, and the scope.
/// </summary>
internal sealed class AdminOperation : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<AdminCall>().SingleOrDefault() is not { } call)
            return;
        operation.Parameters = [.. Parameters(context.Description.RelativePath!, call)];
        operation.Security =
        [
            new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(AdminDocument.Scheme, context.Document)] = [call.Scope],
            },
        ];
        // Not by metadata of the route: the framework would refuse other kinds of bodies before it is known who calls.
        if (call.Body is { } body) operation.RequestBody = await BodyOfAsync(call, body, context, cancellationToken);
        var answers = operation.Responses!;
        foreach (var (status, answer) in answers.ToList())
        {
            var number = int.Parse(status, CultureInfo.InvariantCulture);
            Complete((OpenApiResponse)answer, number, call);
            if (number == call.Status) continue;
            // A refusal of one status is the same at every call.
            context.Document!.AddComponent<IOpenApiResponse>($"Refusal{status}", answer);
            answers[status] = new OpenApiResponseReference($"Refusal{status}", context.Document);
        }
    }

    private static async Task<OpenApiRequestBody> BodyOfAsync(
        AdminCall call, Type type, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, ct);
        // Else it would stand for the schema that it was made from.
        schema.Metadata = null;
        schema.Required?.ExceptWith(call.SaidByAddress);
        context.Document!.AddComponent<IOpenApiSchema>(call.BodyName, schema);
        return new OpenApiRequestBody
        {
            Required = schema.Required is { Count: > 0 },
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Json] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(call.BodyName, context.Document) },
            },
        };
    }

    private static IEnumerable<IOpenApiParameter> Parameters(string path, AdminCall call)
    {
        foreach (var part in path.Split('/').Where(part => part.StartsWith('{')))
        {
            var name = part.Trim('{', '}');
            yield return Parameter(new(name, "string", $"The {name} of it."), ParameterLocation.Path, true);
        }

        foreach (var asked in call.Query) yield return Parameter(asked, ParameterLocation.Query, asked.IsNeeded);
        if (call.Tag < TagUse.Compared) yield break;
        var tag = new AdminParameter("If-Match", "string", "The ETag of the state that is to be changed, or *.");
        yield return Parameter(tag, ParameterLocation.Header, call.Tag == TagUse.Needed);
    }

    private static OpenApiParameter Parameter(AdminParameter parameter, ParameterLocation place, bool required) => new()
    {
        Name = parameter.Name,
        In = place,
        Required = required,
        Description = parameter.Description,
        Schema = new OpenApiSchema
        {
            Type = parameter.Kind switch
            {
                "integer" => JsonSchemaType.Integer,
                "boolean" => JsonSchemaType.Boolean,
                _ => JsonSchemaType.String,
            },
            Format = parameter.Format,
            Minimum = Number(parameter.Range?.From),
            Maximum = Number(parameter.Range?.To),
        },
    };

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static void Complete(OpenApiResponse answer, int status, AdminCall call)
    {
        answer.Description = Meaning(status);
        Dictionary<string, IOpenApiHeader> headers = new()
        {
            ["X-Correlation-Id"] = Header("Names this request in logs and in the audit log."),
        };
        if (status == call.Status && call.Tag != TagUse.None) headers["ETag"] = Header("Of the state that is shown.");
        if (status == StatusCodes.Status201Created) headers["Location"] = Header("Where it can be read.");
        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
            headers["WWW-Authenticate"] = Header("RFC 6750 §3; left out when the page of another origin called.");
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
            headers["Retry-After"] = Header("In seconds.");
        answer.Headers = headers;
    }

    private static OpenApiHeader Header(string description) => new()
    {
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private static string Meaning(int status) => status switch
    {
        200 => "Done.",
        201 => "Made.",
        400 => "It cannot be taken; faults names what is wrong where a body was sent.",
        401 => "There is no token, it is of no use, or the person has to sign in again.",
        403 => "The token lacks the scope, the person is no operator, or a page of another origin called.",
        404 => "There is no such thing.",
        409 => "It cannot be done with it as it is.",
        412 => "It was changed since.",
        413 => "The body is too large.",
        415 => "The body is no application/json.",
        421 => "The management port has no such name.",
        428 => "If-Match is missing.",
        429 => "Too many calls were refused.",
        _ => "Something that is needed is away; ask again.",
    };
}
