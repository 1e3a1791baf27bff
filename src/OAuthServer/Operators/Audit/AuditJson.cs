using System.Text.Json.Serialization;
using OAuthServer.Audit;

namespace OAuthServer.Operators.Audit;

/// <summary>What the audit commands print with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EventReport))]
[JsonSerializable(typeof(VerificationReport))]
internal sealed partial class AuditJson : JsonSerializerContext;
