using Microsoft.Extensions.Logging;

namespace OAuthServer.ResourceApi;

/// <summary>
/// All that the library logs. In one class: the generator of .NET 10 puts several in an order that changes from build
/// to build, and the same sources are to give the same bytes (docs/releases.md).
/// </summary>
internal static partial class BearerLog
{
    [LoggerMessage(3101, LogLevel.Warning, "The signing keys of {Issuer} could not be fetched: {Reason}")]
    public static partial void KeysUnavailable(this ILogger logger, string issuer, string reason);

    [LoggerMessage(3102, LogLevel.Warning, "The list of revoked tokens of {Issuer} could not be fetched: {Reason}")]
    public static partial void ListUnavailable(this ILogger logger, string issuer, string reason);

    [LoggerMessage(3103, LogLevel.Information, "Bearer request refused, {Kind}: {Reason}")]
    public static partial void Refused(this ILogger logger, BearerFailureKind kind, string reason);

    [LoggerMessage(3104, LogLevel.Warning, "{Issuer} could not be asked about an access token: {Reason}")]
    public static partial void IntrospectionUnavailable(this ILogger logger, string issuer, string reason);

    [LoggerMessage(
        3105,
        LogLevel.Error,
        "{Issuer} did not accept the client {ClientId} and its secret (401), so no access token can be checked and "
        + "every request gets 503: correct OAuthBearer:Introspection:ClientId and ClientSecret")]
    public static partial void ClientRefused(this ILogger logger, string issuer, string clientId);

    [LoggerMessage(
        3106,
        LogLevel.Warning,
        "Endpoints demand the level {Levels}, which {Issuer} does not list in acr_values_supported: no token can "
        + "reach it")]
    public static partial void LevelsMissing(this ILogger logger, string issuer, string levels);
}
