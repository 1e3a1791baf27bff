using System.Globalization;
using System.Text.Json;
using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.OpenId;

/// <summary>The userinfo endpoint (OpenID Connect Core §5.3), by GET and by POST.</summary>
internal static class UserInfoEndpoint
{
    private const int RetryAfterSeconds = 5;

    public static IEndpointConventionBuilder MapUserInfo(
        this IEndpointRouteBuilder routes, ServerAddress address, UserInfoService service, ServerTelemetry telemetry)
    {
        var challenge = $"Bearer realm=\"{address.Url(Routes.UserInfo)}\", "
            + $"resource_metadata=\"{address.AtRoot(Routes.ResourceMetadata, Routes.UserInfo)}\"";
        return routes.MapMethods(Routes.UserInfo, [HttpMethods.Get, HttpMethods.Post], AnswerAsync)
            .WithName(UserInfoService.Endpoint);

        async Task AnswerAsync(HttpContext http)
        {
            http.Response.Headers.CacheControl = "no-store";
            http.Response.Headers.Pragma = "no-cache";
            var described = await DescribeAsync(http);
            if (described.Failed(out var refusal, out var members))
            {
                await RefuseAsync(http, service.Note(refusal, http.Audit()), challenge);
                return;
            }

            telemetry.Granted(UserInfoService.Endpoint);
            await WriteAsync(http, StatusCodes.Status200OK, members);
        }

        async Task<Result<IReadOnlyDictionary<string, object>>> DescribeAsync(HttpContext http)
        {
            var read = await BearerToken.ReadAsync(http.Request, http.RequestAborted);
            return read.Failed(out var refusal, out var token)
                ? refusal
                : await service.DescribeAsync(token, http.RequestAborted);
        }
    }

    // RFC 6750 §3, §3.1; without a token there is no error in the challenge.
    private static Task RefuseAsync(HttpContext http, OAuthError error, string challenge)
    {
        var headers = http.Response.Headers;
        var said = error == BearerToken.Missing
            ? string.Empty
            : $", error=\"{error.Code}\", error_description=\"{error.Description}\"";
        if (error.Status == StatusCodes.Status503ServiceUnavailable)
            headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        else
            headers.WWWAuthenticate = challenge + said + (error.Status == 400 ? "" : ", scope=\"openid\"");
        return WriteAsync(http, error.Status, new Dictionary<string, object>
        {
            ["error"] = error.Code,
            ["error_description"] = error.Description,
        });
    }

    private static async Task WriteAsync(HttpContext http, int status, IReadOnlyDictionary<string, object> members)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(members);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
