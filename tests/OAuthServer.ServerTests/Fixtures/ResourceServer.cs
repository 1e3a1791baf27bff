using System.Buffers.Text;
using System.Text.Json;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// A server with two APIs beside the default one; the web client may ask for both, and Alice has agreed to all of it.
/// </summary>
public sealed class ResourceServer : SignedInServer
{
    /// <summary>As registered: a bare host without the slash.</summary>
    public const string Files = "https://files.example";

    /// <summary>As registered: a host with capitals, and a path.</summary>
    public const string Mail = "https://Mail.example/v1";

    /// <summary>Known, and allowed to nobody.</summary>
    public const string Closed = "https://closed.example/";

    /// <summary>
    /// Scopes of both; <c>find</c> is a scope of each of them, and <c>read</c> one of the default API's too.
    /// </summary>
    public const string Both = "files:read files:write mail.read find read";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (!IsRun) return;
        await Server.AddApiAsync(
            Files,
            """{"files:read": "See your files", "files:write": "Change your files", "find": "Search your files"}""",
            TestData.Web);
        await Server.AddApiAsync(
            Mail, """{"mail.read": "Read your mail", "find": "Search your mail", "read": "Read on"}""", TestData.Web);
        await Server.AddApiAsync(Closed, """{"closed": "See what is closed"}""");
        await Eventually.BecomesTrue(
            async () => (await Browser.GetAsync(Ask(Both, Files, Mail).Path)).Headers.Location?.OriginalString
                .Contains("error=", StringComparison.Ordinal) != true,
            TimeSpan.FromSeconds(15), "the client may ask for both");
    }

    /// <summary>A request for APIs.</summary>
    public static AuthorizationAsk Ask(string? scope, params string[] resources) =>
        resources.Aggregate(
            new AuthorizationAsk().With("scope", scope), (ask, resource) => ask.Adding("resource", resource));

    /// <summary>A code for both APIs.</summary>
    public Task<string> CodeOfBothAsync() => CodeAsync(Ask(Both, Files, Mail));

    /// <summary>Redeems a code, naming APIs.</summary>
    public Task<Reply> RedeemAsync(string code, params string[] resources) =>
        PostAsync(
            [("grant_type", "authorization_code"), ("code", code), ("code_verifier", AuthorizationAsk.Verifier)],
            resources);

    /// <summary>Refreshes, naming APIs.</summary>
    public Task<Reply> RefreshAsync(string? token, params string[] resources) => RefreshAsync(token, null, resources);

    /// <summary>Refreshes, naming a scope and APIs.</summary>
    public Task<Reply> RefreshAsync(string? token, string? scope, string[] resources) =>
        PostAsync([("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)], resources);

    /// <summary>The <c>aud</c> of tokens, as it stands in them.</summary>
    public static string AudienceOf(Reply tokens) =>
        JsonDocument.Parse(Base64Url.DecodeFromChars(tokens.IsTokens().AccessToken!.Split('.')[1])).RootElement
            .GetProperty("aud")
            .GetString()!;

    private Task<Reply> PostAsync((string, string?)[] parameters, string[] resources) => Server.PostFormAsync(
        "/oauth/token",
        [
            .. parameters,
            ("client_id", TestData.Web),
            ("client_secret", TestData.Secret),
            .. resources.Select(resource => ("resource", (string?)resource)),
        ]);
}
