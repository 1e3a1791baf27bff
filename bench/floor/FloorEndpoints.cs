using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Bench.Floor;

/// <summary>The joined floor, and its parts alone for reference.</summary>
internal sealed class FloorEndpoints(AccessTokens tokens, Chains chains)
{
    private const string ClientSecret = "bench-secret-bench-secret-bench-01";

    private static readonly byte[] SecretHash = SHA256.HashData(Encoding.ASCII.GetBytes(ClientSecret));

    // As long as a refresh's answer (0.9 kB), and as our metadata (0.7 kB).
    private static readonly byte[] Echo = Encoding.ASCII.GetBytes(
        $$"""
        {"access_token":"{{new string('x', 760)}}","token_type":"Bearer","expires_in":900,
        "refresh_token":"{{new string('x', 43)}}","scope":"read"}
        """);
    private static readonly byte[] Metadata = Encoding.ASCII.GetBytes($$"""{"issuer":"{{new string('x', 663)}}"}""");

    /// <summary>Begins a chain.</summary>
    public async Task StartAsync(HttpContext context)
    {
        var token = NewToken();
        await chains.BeginAsync(Hash(token), context.RequestAborted);
        await AnswerAsync(context, TokenAnswer.Write("", token));
    }

    /// <summary>One refresh (RFC 6749 section 6) with nothing around it.</summary>
    public async Task RefreshAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var successor = NewToken();
        if (!KnowsSecret(form)
            || await chains.RotateAsync(
                Hash(form["refresh_token"].ToString()), Hash(successor), context.RequestAborted) is not { } grant)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await AnswerAsync(context, TokenAnswer.Write(tokens.Issue(grant), successor));
    }

    /// <summary>An access token of the client's own (RFC 6749 section 4.4): one insert and one signature.</summary>
    public async Task OwnTokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (!KnowsSecret(form))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        await chains.Own.RecordAsync(Grant.Example.ClientId, context.RequestAborted);
        await AnswerAsync(context, TokenAnswer.Write(tokens.Issue(Grant.Example), ""));
    }

    /// <summary>A form and an answer as long as a refresh's.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        await context.Request.ReadFormAsync(context.RequestAborted);
        await AnswerAsync(context, Echo);
    }

    /// <summary>One signed access token.</summary>
    public Task SignAsync(HttpContext context) =>
        AnswerAsync(context, TokenAnswer.Write(tokens.Issue(Grant.Example), ""));

    /// <summary>The rotating statement, on a chain of this process's own.</summary>
    public async Task RotateAsync(HttpContext context)
    {
        var (presented, successor) = (await chains.BorrowAsync(context.RequestAborted), Hash(NewToken()));
        if (await chains.RotateAsync(presented, successor, context.RequestAborted) is null)
            throw new InvalidOperationException("A chain is broken.");
        chains.Return(successor);
        await AnswerAsync(context, Echo);
    }

    /// <summary>A document in memory.</summary>
    public static Task StaticAsync(HttpContext context) => AnswerAsync(context, Metadata);

    /// <summary>Answers with JSON.</summary>
    public static Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> json)
    {
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>Whether a form has the client's secret.</summary>
    public static bool KnowsSecret(IFormCollection form) =>
        CryptographicOperations.FixedTimeEquals(Hash(form["client_secret"].ToString()), SecretHash);

    private static string NewToken() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
