using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace OAuthServer.Accounts.External;

/// <summary>The person did not agree at the provider (RFC 6749 §4.1.2.1, access_denied).</summary>
internal sealed class UpstreamCancelledException() : Exception("The person went back from the provider.");

/// <summary>The framework's handler of a provider, asked for what its answer says instead of for a cookie.</summary>
internal interface IUpstreamHandler
{
    /// <summary>What the state holds that this request brings back; null for none of ours.</summary>
    AuthenticationProperties? Sent { get; }

    /// <summary>Reads and checks the answer that this request brings.</summary>
    Task<HandleRequestResult> ReadAsync();
}

/// <summary>A provider of OpenID Connect.</summary>
internal sealed class OpenIdUpstreamHandler(
    IOptionsMonitor<OpenIdConnectOptions> options,
    ILoggerFactory logger,
    HtmlEncoder html,
    UrlEncoder encoder,
    ExternalProviders providers)
    : OpenIdConnectHandler(options, logger, html, encoder), IUpstreamHandler
{
    public AuthenticationProperties? Sent =>
        Request.Query["state"] is [{ Length: > 0 } state] ? Options.StateDataFormat.Unprotect(state) : null;

    public Task<HandleRequestResult> ReadAsync() => HandleRemoteAuthenticateAsync();

    // As its file is now; the same for everybody.
    protected override Task InitializeHandlerAsync()
    {
        Options.ClientSecret = providers.OfScheme(Scheme.Name)!.Secret();
        return base.InitializeHandlerAsync();
    }

    protected override Task<HandleRequestResult> HandleAccessDeniedErrorAsync(AuthenticationProperties properties) =>
        Task.FromResult(HandleRequestResult.Fail(new UpstreamCancelledException(), properties));
}
