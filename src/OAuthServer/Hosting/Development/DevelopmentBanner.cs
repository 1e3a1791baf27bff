using System.Collections.Frozen;
using OAuthServer.Protocol;
using OAuthServer.Settings;

namespace OAuthServer.Hosting.Development;

/// <summary>What a Development server prints when it listens: all that is needed to try it.</summary>
internal static class DevelopmentBanner
{
    private static readonly FrozenSet<string> ThisMachine = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "localhost", "127.0.0.1", "[::1]", "*", "+", "0.0.0.0", "[::]");

    /// <param name="address">Where clients are told that it is.</param>
    /// <param name="listening">Where it really listens.</param>
    /// <param name="psql">Opens the private database; null when there is none.</param>
    public static string Of(ServerAddress address, IReadOnlyList<string> listening, string? psql)
    {
        var issuer = new Uri(address.Issuer);
        var isAtIssuer = listening.Any(url => IsAt(BindingAddress.Parse(url), issuer));
        var origin = isAtIssuer ? issuer.GetLeftPart(UriPartial.Authority) : Reachable(listening);
        string[] lines =
        [
            "",
            $"OAuthServer   {address.Issuer}   (Development)",
            "",
            .. isAtIssuer ? [] : Elsewhere(issuer, listening),
            $"  person        {DemoSeed.Email} / {DemoSeed.Password}",
            $"  confidential  demo-web / {DemoSeed.WebSecret}    http://localhost:5090/callback",
            "  browser       demo-spa                      http://localhost:5091/callback",
            "  native        demo-native                   http://127.0.0.1/callback, any port",
            "  scopes        read write, openid profile email phone address offline_access",
            "",
            $"  account       {origin}{address.Path}{Routes.Account}",
            $"  try           curl {origin}{Routes.Metadata}{address.Path}",
            .. psql is null ? (string[])[] : [$"  database      {psql}"],
            "",
        ];
        return string.Join(Environment.NewLine, lines);
    }

    private static string[] Elsewhere(Uri issuer, IReadOnlyList<string> listening) =>
    [
        $"  listens on    {string.Join(", ", listening)}, which is not its issuer. Unless something leads",
        $"                from there to here, start it with --urls={issuer.GetLeftPart(UriPartial.Authority)}, or set",
        "                OAuth__Issuer to where it listens.",
        "",
    ];

    private static bool IsAt(BindingAddress listening, Uri issuer) =>
        !listening.IsUnixPipe && listening.Scheme == issuer.Scheme && listening.Port == issuer.Port
        && (listening.Host.Equals(issuer.Host, StringComparison.OrdinalIgnoreCase)
            || (issuer.IsLoopback && ThisMachine.Contains(listening.Host)));

    private static string Reachable(IReadOnlyList<string> listening)
    {
        if (listening.Count == 0 || BindingAddress.Parse(listening[0]) is not { IsUnixPipe: false } first)
            return "http://localhost";
        var host = ThisMachine.Contains(first.Host) ? "localhost" : first.Host;
        return $"{first.Scheme}://{host}:{first.Port}";
    }
}
