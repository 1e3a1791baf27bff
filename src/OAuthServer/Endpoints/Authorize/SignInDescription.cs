using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Tells the sign-in page which app waits behind it.</summary>
internal sealed class SignInDescription(AuthorizeService service, ServerAddress address)
{
    /// <summary>Null when the return target is no authorization request that could go on.</summary>
    public async ValueTask<SignInPurpose?> DescribeAsync(string returnUrl, CancellationToken ct)
    {
        var prefix = address.Local(AuthorizeEndpoint.Route) + "?";
        if (!returnUrl.StartsWith(prefix, StringComparison.Ordinal)) return null;
        var query = returnUrl[prefix.Length..];
        if (AuthorizeEndpoint.ReadQuery(query).Failed(out _, out var parameters)) return null;
        if (await service.DescribeAsync(parameters, ct) is not { } request) return null;
        return new SignInPurpose(
            request.Client.Name, RedirectUri.ContentSecurityPolicySource(request.Target.RedirectUri),
            address.Local(AuthorizeEndpoint.Route) + "/cancel?" + query);
    }
}
