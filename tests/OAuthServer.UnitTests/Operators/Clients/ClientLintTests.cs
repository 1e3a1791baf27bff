using OAuthServer.Clients;
using OAuthServer.Operators.Clients;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Documentation;

namespace OAuthServer.UnitTests.Operators.Clients;

/// <summary>Each rule of <c>clients lint</c> finds what it is for, and a sound client has no finding.</summary>
public sealed class ClientLintTests
{
    private const int Cost = 12;
    private const string Digest = "Da7CklDBMXJD9JW3EihTmeHxY9mPOPH0u9On0SX9gh.oIyLVJJX7K";

    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly string First = Hash(Cost);
    private static readonly string Second = $"$2b${Cost}${Digest}";

    [Fact]
    public void A_sound_client_of_each_type_has_no_finding() => Assert.Empty(Check(
        Web(),
        Client("spa", type: "browser", uris: ["https://spa.example/cb", "http://127.0.0.1:3000/cb"]),
        Client("cli", type: "native", uris: ["http://127.0.0.1/callback", "com.example.app:/cb"])));

    [Fact]
    public void A_client_in_the_middle_of_a_rotation_has_no_finding() =>
        Assert.Empty(Check(Web(first: Days(3), second: Second)));

    [Fact]
    public void A_client_that_can_never_get_a_first_token_is_an_error()
    {
        var finding = Assert.Single(Check(Client("web", secret: First, grants: ["refresh_token"])));

        Assert.Equal((LintRules.NoWayToAFirstToken, FindingSeverity.Error), (finding.Rule, finding.Severity));
    }

    [Theory]
    [InlineData("web", "http://localhost:5000/cb", "redirect_uri_localhost redirect_uri_without_https")]
    [InlineData("web", "http://127.0.0.1:5000/cb", "redirect_uri_without_https")]
    [InlineData("browser", "http://[::1]:5000/cb", "redirect_uri_without_https")]
    [InlineData("native", "http://localhost/cb", "redirect_uri_localhost")]
    [InlineData("web", "https://[nonsense/cb", "redirect_uri_unreadable")]
    [InlineData("web", "https://localhost.example/cb", "")]
    public void A_redirect_uri_that_is_admitted_and_not_good_is_found(string type, string uri, string rules) =>
        Assert.Equal(rules, Rules(Client("c", type: type, uris: [uri], secret: type == "web" ? First : null)));

    [Theory]
    [InlineData("web", "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm", true)]
    [InlineData("demo-web", "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm", true)]
    [InlineData("demo-web", null, false)]
    [InlineData("demo-web", "demo-web-secret", true)]
    public void A_secret_that_everybody_knows_is_an_error(string id, string? secret, bool found)
    {
        var hash = secret == "demo-web-secret" ? BCrypt.Net.BCrypt.HashPassword(secret, 12) : secret ?? First;

        Assert.Equal(found ? "secret_of_demo" : "", Rules(Client(id, secret: hash)));
    }

    [Fact]
    public void The_examples_are_known()
    {
        var example = MarkdownPage.Read("migrations/seeds/example_clients.sql").Text;
        const string hash = "$2a$12$mVdMDShNwmSkGrFsN27zCeNAfh7bX/CL5Dl8qhSbF3XDJ4FiXgDpm";
        Assert.Contains(hash, example, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://rp.example/logout", null)]
    [InlineData("https://10.0.0.1/logout", LintRules.BackchannelLogoutUriNotPublic)]
    [InlineData("https://localhost/logout", LintRules.BackchannelLogoutUriNotPublic)]
    [InlineData("http://127.0.0.1:5000/logout", LintRules.BackchannelLogoutUriWithoutHttps)]
    [InlineData("https://[::1/logout", LintRules.BackchannelLogoutUriUnreadable)]
    public void An_app_that_would_not_be_told_is_found(string uri, string? rule)
    {
        var client = Client("told", type: "browser");
        client.BackchannelLogoutUri = uri;
        Assert.Equal(rule ?? "", Rules(client));
    }

    [Theory]
    [InlineData("https://keys.example/jwks", null)]
    [InlineData("https://93.184.216.34/jwks", null)]
    [InlineData("https://10.0.0.1/jwks", LintRules.JwksUriNotPublic)]
    [InlineData("https://2130706433/jwks", LintRules.JwksUriNotPublic)]
    [InlineData("https://[::ffff:10.0.0.1]/jwks", LintRules.JwksUriNotPublic)]
    [InlineData("https://localhost:8443/jwks", LintRules.JwksUriNotPublic)]
    [InlineData("https://[::1/jwks", LintRules.JwksUriUnreadable)]
    public void An_address_of_keys_that_is_not_fetched_is_found(string uri, string? rule)
    {
        var client = Client("keyed");
        client.JwksUri = uri;
        Assert.Equal(rule ?? "", Rules(client));
    }

    [Fact]
    public void Keys_that_leave_somebody_out_are_found()
    {
        using var one = AppKey.Create("ES256", "one");
        using var unnamed = AppKey.Create("RS256", null);
        Assert.Equal("", Rules(Keyed("a", one.Jwks)));
        Assert.Equal("", Rules(Keyed("a", unnamed.Jwks)));
        Assert.Equal(LintRules.KeyWithoutKid, Rules(Keyed("a", AppKey.SetOf(one, unnamed))));
        Assert.Equal(LintRules.KeyUnusable, Rules(Keyed("a", $$"""{"keys":[{{one.Jwk}},{"kty":"EC"}]}""")));
        Assert.Equal("", Rules(Keyed("a", one.Jwks, "ES256")));
        Assert.Equal(LintRules.KeyFitsNoAlgorithm, Rules(Keyed("a", one.Jwks, "RS256")));
        Assert.Equal(
            [("a", LintRules.KeyShared), ("b", LintRules.KeyShared)],
            Check(Keyed("a", one.Jwks), Keyed("b", one.As("ES256", "two").Jwks), Keyed("c", unnamed.Jwks)).Select(
                finding => (finding.ClientId, finding.Rule)));
    }

    [Theory]
    [InlineData("cursor", "cursor://anysphere.cursor-deeplink/cb")]
    [InlineData("vscode", "vscode://vscode.dev/redirect")]
    [InlineData("notes-app", "notes-app:/cb")]
    public void A_short_scheme_that_was_accepted_is_found(string scheme, string uri)
    {
        var client = Client("cli", type: "native", uris: [uri]);
        client.AcceptedSchemes = [scheme];

        var finding = Assert.Single(Check(client));

        Assert.Equal((LintRules.SchemeAccepted, FindingSeverity.Warning), (finding.Rule, finding.Severity));
        Assert.Contains($"The scheme {scheme} ", finding.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("browser", 3, "refresh_repeats_of_tabs")]
    [InlineData("browser", null, "")]
    [InlineData("native", 3, "")]
    public void A_bound_of_repeats_is_found_where_tabs_are(string type, int? most, string expected)
    {
        var client = Client("app", type: type);
        client.MaxRefreshRepeats = most;

        Assert.Equal(expected, Rules(client));
    }

    [Fact]
    public void A_scope_that_no_API_of_a_client_has_is_found_once_there_are_APIs()
    {
        var client = Client("web", secret: First, scopes: ["read", "admin"]);

        Assert.Equal("scope_not_configured", Rules(client));
        Assert.Empty(new ClientLint(Apis.Of(), Cost, Now).Check([client], []));
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(false, "scope_not_configured")]
    public void The_scopes_of_operators_are_of_a_client_that_may_administer(bool mayAdminister, string rules)
    {
        var scopes = (string[])["read", "admin.clients.read"];

        Assert.Equal(rules, Rules(Client("web", secret: First, scopes: scopes, administers: mayAdminister)));
    }

    [Theory]
    [InlineData("https://api.example/", "read", "")]
    [InlineData("HTTPS://API.example", "files", "")]
    [InlineData("https://other.example/", "read", "resource_unknown")]
    [InlineData("https://off.example/", "read", "resource_unknown")]
    [InlineData("no identifier", "read", "resource_unknown")]
    [InlineData("https://off.example/", "files", "resource_unknown scope_not_configured")]
    public void A_resource_that_a_client_may_ask_for_and_cannot_have_is_found(string named, string scope, string rules)
    {
        var client = Client("web", secret: First, scopes: [scope]);
        client.AllowedResources = [named];
        var apis = new ResourceList(
        [
            Apis.Row("https://as.example.test", "read") with { IsDefault = true },
            Apis.Row("https://api.example", "files"),
            Apis.Row("https://off.example", "files") with { DisabledAt = Now },
        ]);

        var findings = new ClientLint(apis, Cost, Now).Check([client], []);

        Assert.Equal(rules, string.Join(' ', findings.Select(finding => finding.Rule)));
    }

    [Fact]
    public void Scopes_of_the_person_need_no_API_and_offline_access_is_found_where_it_is_of_no_use()
    {
        Assert.Equal(
            "",
            Rules(
                Client(
                    "web",
                    secret: First,
                    scopes: ["openid", "profile", "email", "phone", "address", "offline_access", "read"])));
        Assert.Equal(
            "offline_access_of_no_use", Rules(Client("web", secret: First, scopes: ["read", "offline_access"])));
        var client = Client("web", secret: First, scopes: ["openid", "offline_access"]);
        client.GrantTypes = ["authorization_code"];
        Assert.Equal("offline_access_of_no_use", Rules(client));
    }

    [Fact]
    public void Waived_PKCE_and_an_invisible_name_are_found()
    {
        Assert.Equal("pkce_waived", Rules(Client("web", secret: First, pkce: false)));
        Assert.Equal("client_name_hides_characters", Rules(Client("web", secret: First, name: "Ac\u202Eme")));
    }

    [Fact]
    public void What_two_clients_share_is_found_at_both_and_not_at_a_disabled_one()
    {
        var (one, two, off) = (
            Client("one", secret: First, name: "Same", uris: ["https://same.example/cb"]),
            Client("two", secret: First, name: "Same", uris: ["https://same.example/cb", "https://two.example/cb"]),
            Client("off", secret: First, name: "Same", uris: ["https://same.example/cb"], disabled: Now));

        var findings = Check(one, two, off);

        Assert.Equal(
            [
                "off client_disabled", "one client_name_shared", "one redirect_uri_shared", "two client_name_shared",
                "two redirect_uri_shared",
            ],
            findings.Select(finding => $"{finding.ClientId} {finding.Rule}"));
        Assert.Contains("https://same.example/cb is also that of two.", findings[2].What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, null, null, "no_live_secret")]
    [InlineData(-1, "second", -1, "no_live_secret")]
    [InlineData(0, null, null, "no_live_secret")]
    [InlineData(14, null, null, "secret_ends_soon")]
    [InlineData(3, "second", 9, "secret_ends_soon")]
    [InlineData(15, null, null, "")]
    [InlineData(3, "second", 15, "")]
    [InlineData(-1, "second", null, "")]
    [InlineData(null, "second", null, "second_secret_without_end")]
    [InlineData(null, "second", 3, "")]
    public void The_ends_of_secrets_are_watched(int? first, string? second, int? secondEnd, string rules) =>
        Assert.Equal(rules, Rules(Web(Days(first), second is null ? null : Second, Days(secondEnd))));

    [Theory]
    [InlineData(11, "secret_cost_below_setting")]
    [InlineData(13, "secret_cost_above_setting")]
    public void A_hash_of_another_cost_is_found(int cost, string rule) =>
        Assert.Equal(rule, Rules(Client("web", secret: Hash(cost))));

    [Theory]
    [InlineData(90, 200, "secret_unused")]
    [InlineData(89, 200, "")]
    [InlineData(null, 90, "secret_unused")]
    [InlineData(null, 89, "")]
    public void A_secret_that_nobody_uses_is_found_when_uses_were_noted_for_long_enough(
        int? usedAgo, int notedAgo, string rules)
    {
        List<ClientSecretUse> uses = [Use("other", Second, notedAgo, 0)];
        if (usedAgo is { } days) uses.Add(Use("web", First, notedAgo, days));

        var findings = new ClientLint(Apis.Of("read"), Cost, Now).Check([Web()], uses);

        Assert.Equal(rules, string.Join(' ', findings.Select(finding => finding.Rule)));
    }

    [Theory]
    [InlineData(90, "secret_unused")]
    [InlineData(89, "")]
    public void A_secret_that_was_never_used_counts_from_the_last_change_of_its_row(int changedAgo, string rules)
    {
        var client = Web() with { UpdatedAt = Now.AddDays(-changedAgo) };

        var findings = new ClientLint(Apis.Of("read"), Cost, Now).Check([client], [Use("other", Second, 200, 0)]);

        Assert.Equal(rules, string.Join(' ', findings.Select(finding => finding.Rule)));
    }

    [Fact]
    public void A_public_client_is_not_asked_for_secrets() => Assert.Empty(Check(Client("spa", type: "browser")));

    private static string Hash(int cost) => $"$2a${cost}${Digest}";

    private static ClientSecretUse Use(string clientId, string hash, int firstDaysAgo, int lastDaysAgo) => new()
    {
        ClientId = clientId,
        Secret = ClientSecretUses.Of(hash),
        FirstUsedAt = Now.AddDays(-firstDaysAgo),
        LastUsedAt = Now.AddDays(-lastDaysAgo),
    };

    private static DateTimeOffset? Days(int? days) => days is { } some ? Now.AddDays(some) : null;

    private static IReadOnlyList<ClientFinding> Check(params ClientRow[] clients) =>
        new ClientLint(Apis.Of("read", "write"), Cost, Now).Check(clients, []);

    private static string Rules(ClientRow client) => string.Join(' ', Check(client).Select(finding => finding.Rule));

    private static ClientRow Keyed(string id, string jwks, string? algorithm = null)
    {
        var client = Client(id);
        (client.Jwks, client.TokenEndpointAuthSigningAlg) = (jwks, algorithm);
        return client;
    }

    private static ClientRow Web(
        DateTimeOffset? first = null, string? second = null, DateTimeOffset? secondEnd = null) => new()
        {
            ClientId = "web",
            Name = "Web",
            ApplicationType = "web",
            ClientSecret = First,
            ClientSecretExpiresAt = first,
            NextClientSecret = second,
            NextClientSecretExpiresAt = secondEnd,
            RedirectUris = ["https://web.example/cb"],
            AllowedScopes = ["read"],
            DefaultScopes = [],
            GrantTypes = ["authorization_code", "refresh_token"],
            RequirePkce = true,
            UpdatedAt = Now.AddDays(-300),
        };

    private static ClientRow Client(
        string id,
        string type = "web",
        string? secret = null,
        string? name = null,
        string[]? uris = null,
        string[]? scopes = null,
        string[]? grants = null,
        bool pkce = true,
        bool administers = false,
        DateTimeOffset? disabled = null) => new()
        {
            MayAdminister = administers,
            ClientId = id,
            Name = name ?? id,
            ApplicationType = type,
            ClientSecret = secret,
            RedirectUris = uris ?? [$"https://{id}.example/cb"],
            AllowedScopes = scopes ?? ["read"],
            DefaultScopes = [],
            GrantTypes = grants ?? ["authorization_code", "refresh_token"],
            RequirePkce = pkce,
            DisabledAt = disabled,
        };
}
