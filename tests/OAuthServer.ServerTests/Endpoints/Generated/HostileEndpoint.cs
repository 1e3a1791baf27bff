using System.Text;

namespace OAuthServer.ServerTests.Endpoints.Generated;

/// <summary>A parameter or header of an endpoint, with values that are right; a case takes one of them.</summary>
internal sealed record Part(string Name, params IReadOnlyList<string> Values);

/// <summary>A request that is right in every part, to be spoilt in one or two of them.</summary>
/// <param name="Method">GET or POST.</param>
/// <param name="Route">The pattern of the route.</param>
/// <param name="Parameters">In the query of a GET, in the body of a POST. A parameter without a value is not sent
/// unless it is the one to spoil.</param>
/// <param name="Headers">Sent beside those that every request has.</param>
internal sealed record HostileEndpoint(
    string Method, string Route, IReadOnlyList<Part> Parameters, IReadOnlyList<Part> Headers)
{
    /// <summary>The name of the whole query of a POST, which no endpoint should read.</summary>
    public const string Query = "?";

    /// <summary>The media type of every form.</summary>
    public const string FormType = "application/x-www-form-urlencoded";

    private static readonly string[] SpoiltHeaders =
    [
        "Authorization",
        "Accept",
        "Accept-Language",
        "Origin",
        "Content-Type",
        "Cookie",
        "User-Agent",
        "X-Forwarded-For",
    ];

    /// <summary>Everything that can be spoilt: parameters, the query of a POST, headers.</summary>
    public IReadOnlyList<string> Spoilable =>
        [
            .. Parameters.Select(p => p.Name),
            .. Method == "POST" ? [Query] : (string[])[],
            .. SpoiltHeaders.Where(name => Method == "POST" || name != "Content-Type"),
        ];

    public override string ToString() => $"{Method} {Route}";
}

/// <summary>One or two parts of an endpoint that a case spoils.</summary>
internal sealed record Target(HostileEndpoint Endpoint, string First, string? Second)
{
    /// <summary>Whether this part is spoilt.</summary>
    public bool Has(string name) => First == name || Second == name;

    /// <summary>
    /// Whether the case may have to pay a password hash or bcrypt, which are slow on purpose: a secret that is not the
    /// right one (or an unknown client with one), or a password.
    /// </summary>
    public bool MayHash
    {
        get
        {
            if (Endpoint.Route is "/account/sign-in" or "/account/password")
                return Endpoint.Method == "POST"
                    && (Has("password") || Has("current") || (Has("new") && Has("repeat")));
            if (Endpoint.Route is not ("/oauth/token" or "/oauth/refresh" or "/oauth/revoke")) return false;
            var basic = Endpoint.Headers.Any(h => h.Name == "Authorization");
            // A secret in the body beside a Basic header that stands is refused before it is checked.
            return (Has("client_secret") && (!basic || Has("Authorization")))
                || (Has("Authorization") && (basic || Has("client_id")));
        }
    }

    /// <summary>Every part alone, and every pair of parts.</summary>
    public static IEnumerable<Target> All(HostileEndpoint endpoint)
    {
        var names = endpoint.Spoilable;
        for (var i = 0; i < names.Count; i++)
        {
            yield return new Target(endpoint, names[i], null);
            for (var k = i + 1; k < names.Count; k++) yield return new Target(endpoint, names[i], names[k]);
        }
    }

    public override string ToString() => Second is null ? $"{Endpoint}: {First}" : $"{Endpoint}: {First}, {Second}";
}

/// <summary>How a part is spoilt.</summary>
internal enum Way
{
    /// <summary>The hostile value instead of the right one.</summary>
    Instead,

    /// <summary>The hostile value in the middle of the right one.</summary>
    Within,

    /// <summary>The right value, then the hostile one under the same name.</summary>
    Twice,

    /// <summary>Under <c>name[]</c>.</summary>
    Array,

    /// <summary>Under <c>name[0]</c>.</summary>
    Indexed,

    /// <summary>The hostile value as part of the name.</summary>
    Name,

    /// <summary>Not sent.</summary>
    Absent,
}

/// <summary>What is done to a part.</summary>
/// <param name="Way">How.</param>
/// <param name="Value">The hostile bytes.</param>
/// <param name="Times">How often the bytes are repeated: megabytes are kept short in print.</param>
/// <param name="Raw">Sent as they are instead of percent-encoded.</param>
internal sealed record Spoiler(Way Way, byte[] Value, int Times, bool Raw)
{
    /// <summary>The hostile bytes in their whole length.</summary>
    public byte[] Bytes => Times == 1 ? Value : [.. Enumerable.Repeat(Value, Times).SelectMany(v => v)];

    public override string ToString() =>
        $"{Way} {(Raw ? "raw" : "encoded")} {Convert.ToHexString(Value)} "
            + $"({Encoding.Latin1.GetString(Value).Replace("\0", "\\0", StringComparison.Ordinal)}) x{Times}";
}
