using System.Text;
using CsCheck;

namespace OAuthServer.ServerTests.Endpoints.Generated;

/// <summary>Makes hostile requests.</summary>
internal static class HostileGen
{
    private const int Megabyte = 1024 * 1024;

    private static readonly byte[][] Bytes =
    [
        [0], [0x61, 0, 0x62], [0xFF], [0xFE, 0xFF], [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE2, 0x82],
        [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80],
        [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],
        [0xEF, 0xBF, 0xBF], [0xEF, 0xBB, 0xBF],
        [1], [7], [8], [0x0B], [0x1B, 0x5B, 0x33, 0x31, 0x6D], [0x7F], [0xC2, 0x85], [0xC2, 0xA0], [0x0D], [0x0A],
        [0x0D, 0x0A, 0x58, 0x3A, 0x20, 0x79],
    ];

    private static readonly string[] Texts =
    [
        "", " ", "  x ", "\t", "+", "%", "%0", "%zz", "%00", "%2500", "%u0000", "%ED%A0%80", "&", "=", "&&==", ";",
        "#", "?", "\\", "\"", "'", "`", "<", ">", "<script>alert(1)</script>", "\"><img src=x>",
        "'; DROP TABLE oauth_clients;--", "' OR '1'='1", "$1", "@p0", "%s%s%n", "{0}", "{{7*7}}", "${jndi:ldap://x}",
        "{}", "[]", "[1,2]", "{\"$ne\":null}", "null", "true", "false", "undefined", "NaN", "-1", "0", "1e309",
        "99999999999999999999999999", "2147483648", "9223372036854775808", "*", "*/*", ";;;", ",,,", "a,b,,c",
        "text/html;q=2", "text/html;q=-1", "text/html;charset=", "application/json", "multipart/form-data",
        "multipart/form-data; boundary=\"", "application/x-www-form-urlencoded; charset=utf-16",
        "Basic", "Basic ", "Basic =", "Basic Og==", "Basic YQ==", "Basic !!!!", "Bearer", "Bearer a.b.c",
        "Basic AAAA,Basic AAAA", "Digest username=\"a\"", "null", "http://", "https://c.example",
        "https://c.example:99999", "file://", "a://b@c:d",
        "https://evil.example/cb", "//evil.example", "/\\evil.example", "/oauth/authorize?",
        "/oauth/authorize?client_id=demo-web", "/account/connections", "javascript:alert(1)", "http://[::1",
        "http://[::1]:0x50/", "http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "com.example.app:/cb",
        "../../etc/passwd", "..%2f..%2f", "read", "read write", "read  write", "read read", "openid", "none login",
        "login", "consent", "none", "S256", "plain", "code", "code token", "code id_token",
        "authorization_code", "refresh_token", "password", "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer", "demo-web", "demo-native", "demo-spa", "legacy-web", "DEMO-WEB",
        "alice@example.com", "ALICE@EXAMPLE.COM", "alice@example.com ", "a@b@c", "ALİCE@EXAMPLE.COM",
        "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA", "....", "eyJ", "CfDJ8AAAA",
        "__Host-oauthserver-session=x", "a=b; a=b; ;;=;", "\u202Emoc", "\u2028", "\uFFFD", "e\u0301\u0301\u0301",
        "\U0001F469\u200D\U0001F680", "ﬀ", "ß", "K",
        "1.2.3.4", "999.1.1.1", "::1%eth0", "::ffff:1.2.3.4", "1.2.3.4, unknown, _hidden", "[::1]:8080",
        "1.2.3.4:99999", "allow", "deny", "withdrawn",
    ];

    private static readonly Gen<byte[]> Value = Gen.Frequency(
        (4, Gen.OneOf<byte[]>(Bytes)),
        (5, Gen.OneOf<byte[]>([.. Texts.Select(Encoding.UTF8.GetBytes)])),
        (2, Gen.Byte.Array[0, 64]),
        (1, Gen.String[0, 40].Select(text => Encoding.UTF8.GetBytes(text))));

    private static readonly Gen<Way> Ways = Gen.Frequency(
        (6, Gen.Const(Way.Instead)),
        (4, Gen.Const(Way.Within)),
        (2, Gen.Const(Way.Twice)),
        (1, Gen.Const(Way.Array)),
        (1, Gen.Const(Way.Indexed)),
        (1, Gen.Const(Way.Name)),
        (1, Gen.Const(Way.Absent)));

    private static readonly Gen<Spoiler> Short = Gen.Select(
        Ways,
        Value,
        Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))),
        (way, value, raw) => new Spoiler(way, value, 1, raw));

    // Around the limits of lengths, and some way beyond.
    private static readonly Gen<Spoiler> Long = Gen.Select(
        Ways,
        Gen.OneOf<byte[]>("a"u8.ToArray(), "é"u8.ToArray(), "%"u8.ToArray(), [0]),
        Gen.OneOf(72, 73, 127, 128, 129, 256, 257, 2000, 2001, 2048, 2049, 4096, 4097, 8192, 16_000),
        Gen.Bool,
        (way, value, times, raw) => new Spoiler(way, value, times, raw));

    private static readonly Gen<Spoiler> Huge = Gen.Select(
        Ways,
        Gen.OneOf<byte[]>("a"u8.ToArray(), "a&"u8.ToArray(), "%"u8.ToArray(), [0]),
        Gen.Int[Megabyte / 16, Megabyte * 5 / 4],
        (way, value, times) => new Spoiler(way, value, times, true));

    private static readonly Gen<Spoiler> Any = Gen.Frequency((180, Short), (19, Long), (1, Huge));

    /// <summary>Requests with one or two of these parts spoilt.</summary>
    public static Gen<HostileCase> Cases(IReadOnlyList<Target> targets) =>
        Gen.Select(
            Gen.Int[0, targets.Count - 1],
            Any,
            Any,
            Gen.Int[0, 1000],
            (target, first, second, pick) => new HostileCase(targets[target], first, second, pick));
}
