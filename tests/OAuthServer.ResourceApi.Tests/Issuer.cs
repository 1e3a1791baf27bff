using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>
/// A real authorization server as an API sees it: metadata, keys and revocations over HTTP, all of them breakable,
/// every request counted.
/// </summary>
internal sealed class Issuer : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly string _path;
    private WebApplication? _app;

    // Making a key takes long; the issuers of all tests start with the same one.
    private static readonly SigningKey FirstKey = new("key-1");

    private Issuer(string path) => _path = path;

    public string Origin { get; private set; } = "";

    public string Url => Origin + _path;

    public SigningKey Key { get; private set; } = FirstKey;

    public List<SigningKey> Published { get; } = [];

    /// <summary>The list: ids in the order in which they were added, by their end; its mark is their number.</summary>
    public RevokedList Revoked { get; } = new();

    /// <summary>Names of the documents that answer 500: metadata, jwks, revocations.</summary>
    public ConcurrentDictionary<string, bool> Broken { get; } = new();

    /// <summary>What the list answers instead, by the mark that was sent; null for the usual answer.</summary>
    public Func<string, IResult?>? RevocationsText { get; set; }

    /// <summary>The tokens that are no longer active.</summary>
    public ConcurrentDictionary<string, bool> Inactive { get; } = new();

    /// <summary>Every question about a token.</summary>
    public ConcurrentQueue<Question> Questions { get; } = new();

    /// <summary>What is answered about a token instead; null for the usual answer.</summary>
    public Func<HttpContext, Task<IResult?>>? IntrospectionAnswer { get; set; }

    public Action<JsonObject> Metadata { get; set; } = _ => { };

    public string? JwksText { get; set; }

    public IReadOnlyCollection<string> Requests => _requests;

    public static async Task<Issuer> StartAsync(string path = "")
    {
        var issuer = new Issuer(path);
        issuer.Published.Add(issuer.Key);
        await issuer.ComeBackAsync();
        return issuer;
    }

    public int Count(string pathStart) =>
        _requests.Count(request => request.StartsWith(pathStart, StringComparison.Ordinal));

    /// <summary>A new key signs from now on; the old ones stay published.</summary>
    public void Rotate(string kid)
    {
        Key = new SigningKey(kid);
        Published.Add(Key);
    }

    /// <summary>Stops listening; <see cref="ComeBackAsync"/> listens at the same address again.</summary>
    public async Task GoAwayAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        _app = null;
    }

    public async Task ComeBackAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(Origin.Length > 0 ? Origin : "http://127.0.0.1:0");
        var app = builder.Build();
        app.Use((context, next) =>
        {
            _requests.Enqueue(context.Request.Path + context.Request.QueryString
                + (context.Request.Headers.IfNoneMatch.Count > 0 ? " conditional" : ""));
            return next();
        });
        app.MapGet("/.well-known/oauth-authorization-server" + _path, () => Answer("metadata", MetadataText()));
        app.MapGet(
            "/keys",
            () =>
                Answer(
                    "jwks",
                    JwksText
                        ?? new JsonObject { ["keys"] = new JsonArray([.. Published.Select(key => key.ToJwk())]) }
                            .ToJsonString()));
        app.MapPost(_path + "/oauth/introspect", (Delegate)IntrospectAsync);
        app.MapGet(_path + "/oauth/revocations", (HttpContext context) => Revocations(context));
        await app.StartAsync();
        Origin = app.Urls.Single();
        _app = app;
    }

    public async ValueTask DisposeAsync() => await GoAwayAsync();

    private string MetadataText()
    {
        var metadata = new JsonObject
        {
            ["issuer"] = Url,
            ["jwks_uri"] = Origin + "/keys",
            ["introspection_endpoint"] = Url + "/oauth/introspect",
        };
        Metadata(metadata);
        return metadata.ToJsonString();
    }

    private IResult Answer(string name, string json) =>
        Broken.ContainsKey(name) ? Results.StatusCode(500) : Results.Text(json, "application/json");

    private async Task<IResult> IntrospectAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        Questions.Enqueue(
            new Question(
                context.Request.Headers.Authorization.ToString(),
                context.Request.Headers.Accept.ToString(),
                form.ToDictionary(field => field.Key, field => field.Value.ToString())));
        if (IntrospectionAnswer is not null && await IntrospectionAnswer(context) is { } instead) return instead;
        return Results.Text(
            Inactive.ContainsKey(form["token"].ToString())
                ? """{"active":false}"""
                : """{"active":true,"token_type":"Bearer"}""",
            "application/json");
    }

    private IResult Revocations(HttpContext context)
    {
        if (Broken.ContainsKey("revocations")) return Results.StatusCode(500);
        var since = context.Request.Query["since"].ToString();
        if (RevocationsText?.Invoke(since) is { } text) return text;
        var json = Revoked.Write(since).ToJsonString();
        var etag = $"\"{Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(json)))[..16]}\"";
        context.Response.Headers.ETag = etag;
        context.Response.Headers.CacheControl = "max-age=5";
        return context.Request.Headers.IfNoneMatch == etag
            ? Results.StatusCode(304)
            : Results.Text(json, "application/json");
    }
}

/// <summary>A question about a token, as it came.</summary>
internal sealed record Question(string Authorization, string Accept, Dictionary<string, string> Form);

/// <summary>The server's list of revocations.</summary>
internal sealed class RevokedList
{
    private readonly ConcurrentQueue<(string Id, long End)> _entries = new();

    /// <summary>Another database has another one.</summary>
    public string Origin { get; set; } = "first";

    /// <summary>Adds an entry that stays for as long as these tests last.</summary>
    public void Add(string id) => Add(id, DateTimeOffset.MaxValue.ToUnixTimeSeconds());

    public void Add(string id, long end) => _entries.Enqueue((id, end));

    /// <summary>As after a restore: what was added is gone.</summary>
    public void Forget() => _entries.Clear();

    /// <summary>The answer to a reader with this mark.</summary>
    public JsonObject Write(string since)
    {
        var known = since.StartsWith(Origin + ".", StringComparison.Ordinal)
            && int.TryParse(since.AsSpan(Origin.Length + 1), out var number) ? number : (int?)null;
        var answer = new JsonObject { ["mark"] = $"{Origin}.{_entries.Count}" };
        if (known is not null) answer["since"] = since;
        var listed = new JsonObject();
        foreach (var (id, end) in _entries.Skip(known ?? 0)) listed[id] = end;
        answer["revocations"] = listed;
        return answer;
    }
}
