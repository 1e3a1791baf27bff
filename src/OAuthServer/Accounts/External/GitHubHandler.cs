using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;

namespace OAuthServer.Accounts.External;

/// <summary>
/// GitHub, which speaks OAuth and no OpenID Connect: the framework's OAuth handler, with its two questions of who it
/// is. The number of the account is the subject, since names are given to others when they become free; an address
/// counts only where GitHub says that it is verified.
/// </summary>
internal sealed class GitHubHandler(
    IOptionsMonitor<OAuthOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ExternalProviders providers,
    UpstreamAnswers answers)
    : OAuthHandler<OAuthOptions>(options, logger, encoder), IUpstreamHandler
{
    private const string Prompt = "prompt";

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

    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri)
    {
        var url = base.BuildChallengeUrl(properties, redirectUri);
        return properties.GetParameter<string>(Prompt) is { } prompt
            ? QueryHelpers.AddQueryString(url, Prompt, prompt)
            : url;
    }

    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context) =>
        await answers.TryUseAsync(Scheme.Name, context.Properties, Context.RequestAborted)
            ? await base.ExchangeCodeAsync(context)
            : OAuthTokenResponse.Failed(new UpstreamAnswerUsedException());

    protected override async Task<AuthenticationTicket> CreateTicketAsync(
        ClaimsIdentity identity, AuthenticationProperties properties, OAuthTokenResponse tokens)
    {
        using var user = await AskAsync(Options.UserInformationEndpoint, tokens.AccessToken!);
        var id = user.RootElement.GetProperty("id").GetInt64();
        identity.AddClaim(new Claim(UpstreamClaims.Subject, id.ToString(CultureInfo.InvariantCulture)));
        if (user.RootElement.TryGetProperty("login", out var login) && login.ValueKind == JsonValueKind.String)
            identity.AddClaim(new Claim(UpstreamClaims.UserName, login.GetString()!));
        using var emails = await AskAsync(Options.UserInformationEndpoint + "/emails", tokens.AccessToken!);
        if (Verified(emails.RootElement) is { } address)
        {
            identity.AddClaim(new Claim(UpstreamClaims.Email, address));
            identity.AddClaim(new Claim(UpstreamClaims.EmailVerified, "true"));
        }

        return new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
    }

    private async Task<JsonDocument> AskAsync(string url, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/vnd.github+json");
        using var answer = await Backchannel.SendAsync(request, Context.RequestAborted);
        if (!answer.IsSuccessStatusCode)
            throw new AuthenticationFailureException($"GitHub answers {(int)answer.StatusCode} about the person.");
        await using var body = await answer.Content.ReadAsStreamAsync(Context.RequestAborted);
        return await JsonDocument.ParseAsync(body, default, Context.RequestAborted);
    }

    // The one that the person uses; never one that GitHub did not check.
    private static string? Verified(JsonElement emails) => emails.EnumerateArray()
        .Where(email => email.GetProperty("verified").GetBoolean() && email.GetProperty("primary").GetBoolean())
        .Select(email => email.GetProperty("email").GetString())
        .FirstOrDefault();
}
