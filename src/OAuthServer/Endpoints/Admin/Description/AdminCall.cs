using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Admin.Description;

/// <summary>What a call does with the tag of a state (RFC 9110 §8.8.3, §13.1.1).</summary>
internal enum TagUse
{
    None,

    /// <summary>The answer has one.</summary>
    Shown,

    /// <summary>And the call is refused when it names another.</summary>
    Compared,

    /// <summary>And it has to name one.</summary>
    Needed,
}

/// <summary>A parameter of a call's query.</summary>
/// <param name="Kind">As JSON Schema names it: <c>string</c>, <c>integer</c> or <c>boolean</c>.</param>
internal sealed record AdminParameter(string Name, string Kind, string Description)
{
    /// <summary>Its smallest and largest value; null for any.</summary>
    public (int From, int To)? Range { get; init; }

    /// <summary>As JSON Schema names it.</summary>
    public string? Format { get; init; }

    public bool IsNeeded { get; init; }
}

/// <summary>A call of the admin API: its scope, and what its description says beside its route.</summary>
/// <param name="Name">In metrics, and in the description.</param>
/// <param name="Scope">The scope that it takes.</param>
/// <param name="Summary">In a sentence.</param>
/// <param name="Answer">What it answers when it is done.</param>
internal sealed record AdminCall(string Name, string Scope, string Summary, Type Answer)
{
    /// <summary>The status of its answer.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    public IReadOnlyList<AdminParameter> Query { get; init; } = [];

    /// <summary>What it takes as its body; null for none.</summary>
    public Type? Body { get; init; }

    /// <summary>Members of the body that may be left out because the address says them.</summary>
    public IReadOnlyList<string> SaidByAddress { get; init; } = [];

    /// <summary>What the body is called.</summary>
    public string BodyName => SaidByAddress.Count > 0 ? $"{Body!.Name}OfAddress" : Body!.Name;

    public TagUse Tag { get; init; }

    /// <summary>The statuses of its refusals beside those that any call may have.</summary>
    public IReadOnlyList<int> Refusals { get; init; } = [];
}

/// <summary>Maps calls with their scope, their budget and their description.</summary>
internal static class AdminCallExtensions
{
    private const string Json = "application/json";

    // 400 for plain http from elsewhere, 421 for a name of Host that is not the port's.
    private static readonly int[] OfAny = [400, 401, 403, 421];

    public static void MapCall(
        this IEndpointRouteBuilder routes, string method, string path, AdminCall call, RequestDelegate answer)
    {
        var endpoint = routes.MapMethods(path, [method], answer)
            .WithName(call.Name).WithSummary(call.Summary).WithTags(call.Name.Split('.')[1])
            .RequireAuthorization(call.Scope).RequireBudget(Budget.Admin)
            // What makes a route of this kind one that is described.
            .WithMetadata(call, answer.Method, new ProducesResponseTypeMetadata(call.Status, call.Answer, [Json]));
        foreach (var status in OfAny.Concat(call.Refusals).Concat(OfUse(call)).Distinct().Order())
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(AdminError), [Json]));
        foreach (var status in (int[])[StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable])
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(PipelineError), [Json]));
    }

    private static IEnumerable<int> OfUse(AdminCall call)
    {
        if (call.Tag >= TagUse.Compared) yield return StatusCodes.Status412PreconditionFailed;
        if (call.Tag == TagUse.Needed) yield return StatusCodes.Status428PreconditionRequired;
        if (call.Body is null) yield break;
        yield return StatusCodes.Status413PayloadTooLarge;
        yield return StatusCodes.Status415UnsupportedMediaType;
    }
}
