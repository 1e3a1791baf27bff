using OAuthServer.Clients.Editing;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Operators.Clients;

/// <summary>What an operator reads of the columns that an edit changes, and what the audit log says of it.</summary>
public sealed class ClientChangeTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Columns_are_shown_as_JSON_in_the_order_of_a_file_and_unknown_ones_not_at_all()
    {
        var change = Changed(
            Row(),
            ("updated_at", Now, Now),
            ("require_pkce", true, false),
            ("redirect_uris", new[] { "https://a.example/cb" }, Array.Empty<string>()),
            ("name", "Acme", "Acme & \"Söhne\""));

        Assert.Equal(ClientAction.Change, change.Action);
        Assert.Equal(
            [
                """name: "Acme" -> "Acme & \"Söhne\"" """.TrimEnd(),
                """redirect_uris: ["https://a.example/cb"] -> []""",
                "require_pkce: true -> false",
            ],
            Lines(change));
        Assert.Equal(["client_changed"], change.Events);
    }

    [Fact]
    public void A_bound_comes_and_goes_and_none_is_no_change()
    {
        Assert.Equal(["max_refresh_repeats: null -> 5"], Lines(Changed(Row(), ("max_refresh_repeats", null, 5))));
        Assert.Equal(["max_refresh_repeats: 5 -> null"], Lines(Changed(Row(), ("max_refresh_repeats", 5, null))));
        Assert.Empty(
            ClientChange.Of(
                new ClientEdit(Row(), true, Columns(("max_refresh_repeats", null, null))), pruned: false).Members);
    }

    [Fact]
    public void Keys_are_told_by_what_tells_them_apart()
    {
        const string point = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        var jwks =
            $$"""{"keys":[{"kty":"EC","crv":"P-256","kid":"one","alg":"ES256","x":"{{point}}","y":"{{point}}"}]}""";
        var change = Changed(
            Row() with { ClientSecret = null },
            ("jwks", null, jwks),
            ("client_secret", "$2a$old", null),
            ("jwks_uri", "https://a.example/", null));

        Assert.Equal(
            [
                """jwks: null -> ["one, EC P-256 for ES256, thumbprint Yf7dxNA4Y2zUqbqNw2eswKWsk1wLRG_DGF3vCttT2XQ"]""",
                "jwks_uri: \"https://a.example/\" -> null",
                "secret: there -> removed",
            ],
            Lines(change));
    }

    [Fact]
    public void A_new_client_has_no_values_before_and_one_event()
    {
        var row = Row() with { ClientSecret = "$2a$hash", DisabledAt = Now };
        var columns = Columns(
            ("name", null, "Acme"), ("client_secret", null, "$2a$hash"), ("disabled_at", null, Now));

        var change = ClientChange.Of(
            new ClientEdit(row, true, columns), pruned: false);

        Assert.Equal(ClientAction.Create, change.Action);
        Assert.Equal(["name: null -> \"Acme\"", "secret: null -> new", "disabled: null -> true"], Lines(change));
        Assert.Equal(["client_created"], change.Events);
    }

    [Theory]
    [InlineData(null, null, "secret: there -> replaced at once")]
    [InlineData("$2a$old", "2026-06-08T12:30Z", "secret: there -> a new one; the old one ends 2026-06-08T12:30Z")]
    [InlineData("$2a$old", null, "secret: there -> a new one")]
    public void A_secret_is_told_in_words(string? kept, string? end, string expected)
    {
        var row = Row() with
        {
            ClientSecret = "$2a$new",
            NextClientSecret = kept,
            NextClientSecretExpiresAt = end is null ? null : Now.AddDays(7),
        };

        var change = Changed(row, ("client_secret", "$2a$old", "$2a$new"), ("next_client_secret", null, kept));

        Assert.Equal([expected], Lines(change));
        Assert.Equal(["client_secret_rotated"], change.Events);
        Assert.DoesNotContain("$2a", change.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_that_goes_is_told_too()
    {
        var change = Changed(Row(), ("application_type", "web", "browser"), ("client_secret", "$2a$old", null));

        Assert.Equal(["application_type: \"web\" -> \"browser\"", "secret: there -> removed"], Lines(change));
        Assert.Equal(["client_changed", "client_secret_rotated"], change.Events);
    }

    [Fact]
    public void Disabling_and_enabling_are_events_of_their_own()
    {
        var disabled = Changed(Row() with { DisabledAt = Now }, ("disabled_at", null, Now));
        var enabled = Changed(Row(), ("disabled_at", Now, null));
        var pruned = ClientChange.Of(
            new ClientEdit(Row() with { DisabledAt = Now }, false, Columns(("disabled_at", null, Now))), pruned: true);

        Assert.Equal(["disabled: false -> true", "client_disabled"], Lines(disabled).Concat(disabled.Events));
        Assert.Equal(["disabled: true -> false", "client_enabled"], Lines(enabled).Concat(enabled.Events));
        Assert.Equal((ClientAction.Disable, "client_disabled"), (pruned.Action, Assert.Single(pruned.Events)));
    }

    [Fact]
    public void An_audit_row_names_the_client_and_no_address()
    {
        var audit = Assert.Single(Changed(Row(), ("name", "A", "B")).Audit(Editor.Command));

        Assert.Equal(("client_changed", "acme"), (audit.Event, audit.ClientId));
        Assert.Equal((null, null), (audit.Reason, audit.Context.Address));
    }

    private static ClientChange Changed(
        ClientRow row, params (string Name, object? Before, object? After)[] columns) =>
        ClientChange.Of(new ClientEdit(row, false, Columns(columns)), pruned: false);

    private static ClientColumnEdit[] Columns(params (string Name, object? Before, object? After)[] columns) =>
        [.. columns.Select(column => new ClientColumnEdit(column.Name, column.Before, column.After))];

    private static string[] Lines(ClientChange change) => [.. change.Members.Select(Line)];

    private static string Line(MemberChange member) =>
        $"{member.Member}: {member.Before ?? "null"} -> {member.After ?? "null"}";

    private static ClientRow Row() => new()
    {
        ClientId = "acme",
        Name = "Acme",
        ApplicationType = "web",
        RedirectUris = [],
        AllowedScopes = [],
        DefaultScopes = [],
        GrantTypes = [],
    };
}
