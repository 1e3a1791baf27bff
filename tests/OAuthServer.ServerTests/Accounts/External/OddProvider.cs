using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Protocol;

namespace OAuthServer.ServerTests.Accounts.External;

/// <summary>Who signs in at a provider, and what is wrong with its answer.</summary>
internal sealed record Somebody(string Subject)
{
    public string? Email { get; init; }

    /// <summary>Null to say nothing about it.</summary>
    public bool? EmailVerified { get; init; }

    /// <summary>Claims beside these.</summary>
    public Dictionary<string, object> Claims { get; init; } = [];

    /// <summary>Claims that are not as they should be.</summary>
    public Dictionary<string, object> WrongClaims { get; init; } = [];

    /// <summary>Parameters of the answer that are not as they should be; null takes one out.</summary>
    public Dictionary<string, string?> WrongParameters { get; init; } = [];

    public bool WrongKey { get; init; }

    public bool GoesBack { get; init; }
}

/// <summary>What became of one of a provider's endpoints.</summary>
internal enum Trouble
{
    None,
    Refuses,
    Hangs,
    Fails,
}

/// <summary>
/// OpenID providers on a loopback port, each with an issuer of its own (<c>/NAME</c>), and a GitHub. They behave as a
/// test wants them to, and remember what they were asked.
/// </summary>
internal sealed class OddProvider : IAsyncDisposable
{
    public const string Secret = "the secret at the provider";

    private readonly ConcurrentDictionary<string, (Somebody Who, string? Nonce, string? Challenge)> _codes = new();
    private readonly RsaSecurityKey _key = Key();
    private readonly RsaSecurityKey _other = Key();
    private readonly TimeProvider _clock;
    private WebApplication? _app;

    public OddProvider(TimeProvider clock) => _clock = clock;

    public string Address { get; private set; } = "";

    /// <summary>Who signs in next.</summary>
    public Somebody Who { get; set; } = new("nobody");

    /// <summary>By the last part of the path of an issuer's endpoint.</summary>
    public ConcurrentDictionary<string, Trouble> Troubles { get; } = new();

    /// <summary>What was asked for at an authorization endpoint, the last first.</summary>
    public ConcurrentStack<Dictionary<string, string>> Asked { get; } = new();

    /// <summary>How often a code was brought.</summary>
    public int Redemptions { get; private set; }

    public string Issuer(string name) => $"{Address}/{name}";

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Use(TroubleAsync);
        _app.MapGet("/{name}/.well-known/openid-configuration", Documents);
        _app.MapGet("/{name}/keys", () => Results.Json(new { keys = new[] { PublicKey() } }));
        _app.MapGet("/{name}/authorize", (string name, HttpContext http) => Authorize(name, http, isGitHub: false));
        _app.MapPost("/{name}/token", TokenAsync);
        _app.MapGet("/github/login/oauth/authorize", (HttpContext http) => Authorize("github", http, isGitHub: true));
        _app.MapPost("/github/login/oauth/access_token", (Delegate)GitHubTokenAsync);
        _app.MapGet(
            "/github/api/v3/user", () => Results.Json(new { id = long.Parse(Who.Subject, null), login = "octo" }));
        _app.MapGet("/github/api/v3/user/emails", () => Results.Json(new object[]
        {
            new { email = "other@example.com", verified = true, primary = false },
            new { email = Who.Email, verified = Who.EmailVerified == true, primary = true },
        }));
        await _app.StartAsync();
        Address = _app.Urls.First();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    private async Task TroubleAsync(HttpContext http, RequestDelegate next)
    {
        switch (Troubles.GetValueOrDefault(http.Request.Path.Value!.TrimStart('/')))
        {
            case Trouble.Refuses:
                http.Abort();
                break;
            case Trouble.Fails:
                http.Response.StatusCode = 500;
                break;
            case Trouble.Hangs:
                await Task.Delay(TimeSpan.FromSeconds(30), http.RequestAborted)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                await next(http);
                break;
        }
    }

    private IResult Documents(string name) => Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = name == "liar" ? Issuer("other") : Issuer(name),
        ["authorization_endpoint"] = Issuer(name) + "/authorize",
        ["token_endpoint"] = Issuer(name) + "/token",
        ["jwks_uri"] = Issuer(name) + "/keys",
        ["response_types_supported"] = new[] { "code" },
        ["subject_types_supported"] = new[] { "public" },
        ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
        ["authorization_response_iss_parameter_supported"] = name == "strict",
    });

    // .NET makes a key when it is used first: here that would be within the three seconds of a call.
    private static RsaSecurityKey Key()
    {
        using var made = RSA.Create(2048);
        return new RsaSecurityKey(made.ExportParameters(includePrivateParameters: true)) { KeyId = "k1" };
    }

    private Dictionary<string, string> PublicKey() => new()
    {
        ["kty"] = "RSA",
        ["kid"] = "k1",
        ["alg"] = "RS256",
        ["use"] = "sig",
        ["n"] = Base64UrlEncoder.Encode(_key.Parameters.Modulus),
        ["e"] = Base64UrlEncoder.Encode(_key.Parameters.Exponent),
    };

    private IResult Authorize(string name, HttpContext http, bool isGitHub)
    {
        var asked = http.Request.Query.ToDictionary(one => one.Key, one => one.Value.Single()!);
        Asked.Push(asked);
        var code = Handle.New();
        _codes[code] = (Who, asked.GetValueOrDefault("nonce"), asked.GetValueOrDefault("code_challenge"));
        var answer = new Dictionary<string, string?> { ["state"] = asked["state"] };
        if (Who.GoesBack) answer["error"] = "access_denied";
        else answer["code"] = code;
        if (!isGitHub) answer["iss"] = Issuer(name);
        foreach (var (key, value) in Who.WrongParameters) answer[key] = value;
        return Results.Redirect(
            QueryHelpers.AddQueryString(asked["redirect_uri"], answer.Where(one => one.Value is not null)));
    }

    private async Task<IResult> TokenAsync(string name, HttpContext http)
    {
        Redemptions++;
        if (await RedeemAsync(http) is not var (who, nonce))
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer(name),
            ["sub"] = who.Subject,
            ["aud"] = "us",
            ["iat"] = now,
            ["exp"] = now + 300,
        };
        if (nonce is not null) claims["nonce"] = nonce;
        if (who.Email is not null) claims["email"] = who.Email;
        if (who.EmailVerified is { } verified) claims["email_verified"] = verified;
        foreach (var (claim, value) in who.Claims.Concat(who.WrongClaims)) claims[claim] = value;
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }
            .CreateToken(new SecurityTokenDescriptor
            {
                Claims = claims,
                SigningCredentials = new SigningCredentials(who.WrongKey ? _other : _key, SecurityAlgorithms.RsaSha256),
            });
        return Results.Json(new { access_token = "at", token_type = "Bearer", expires_in = 300, id_token = token });
    }

    private async Task<IResult> GitHubTokenAsync(HttpContext http) => await RedeemAsync(http) is null
        ? Results.Json(new { error = "bad_verification_code" })
        : Results.Json(new { access_token = "at", token_type = "bearer" });

    // A code as often as it is brought: that it counts once is for us to see to.
    private async Task<(Somebody Who, string? Nonce)?> RedeemAsync(HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        if (!_codes.TryGetValue(form["code"].ToString(), out var given) || form["client_secret"] != Secret) return null;
        var challenge = Base64UrlEncoder.Encode(
            SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(form["code_verifier"].ToString())));
        return challenge == given.Challenge ? (given.Who, given.Nonce) : null;
    }
}
