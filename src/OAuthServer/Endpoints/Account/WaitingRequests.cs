using OAuthServer.Accounts;
using OAuthServer.Endpoints.Authorize;
using OAuthServer.Pages;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>The app that waits behind a page on the way to it.</summary>
/// <param name="ClientName">As registered.</param>
/// <param name="CancelUrl">Ends its request with <c>access_denied</c>.</param>
/// <param name="FormActionSource">What the redirects after the page's form may reach.</param>
internal sealed record WaitingApp(string ClientName, string CancelUrl, string FormActionSource);

/// <summary>Finds the authorization request that a person signs in for.</summary>
internal sealed class WaitingRequests(AuthorizeService authorize, AccountLinks links, PageAnswers pages)
{
    /// <summary>
    /// The request; null when the person is not on the way to an app, or it could not go on. Its language is spoken
    /// from here on.
    /// </summary>
    public async Task<AuthorizeRequest?> FindAsync(HttpContext http, string? target, CancellationToken ct)
    {
        if (target is null || links.AuthorizeQuery(target) is not { } query) return null;
        if (AuthorizeEndpoint.ReadQuery(query).Failed(out _, out var parameters)) return null;
        var request = await authorize.DescribeAsync(parameters, ct);
        pages.Follow(http, request?.Target.UiLocales);
        return request;
    }

    /// <summary>What a page says of it.</summary>
    public WaitingApp? Describe(string? target, AuthorizeRequest? request) =>
        request is null || target is null || links.AuthorizeQuery(target) is not { } query
            ? null
            : new WaitingApp(
                request.Client.Name,
                links.CancelAuthorize(query),
                RedirectUri.ContentSecurityPolicySource(request.Target.RedirectUri));

    /// <summary>The same of a target alone.</summary>
    public async Task<WaitingApp?> DescribeAsync(HttpContext http, string? target, CancellationToken ct) =>
        Describe(target, await FindAsync(http, target, ct));
}
