using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>What <c>clients list</c> and <c>clients show</c> print, to the letter.</summary>
public sealed class ClientsOutputTests : IAsyncLifetime
{
    private const string Hash = "$2a$10$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW";
    private const string Other = "$2a$12$abcdefghijklmnopqrstuu5s3n4Hh7a7yYQn5v1b4o6m6E8d9fGqW";

    private TestDatabase _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_clients (client_id, name, application_type, redirect_uris, allowed_scopes, client_secret,
                client_secret_expires_at, next_client_secret, next_client_secret_expires_at, disabled_at, created_at,
                updated_at)
            VALUES
                ('b-ends', 'Ends', 'web', '{https://b.example/cb}', '{read}', $1, '2100-03-01T12:00:00Z', $2,
                    '2100-02-01T12:00:00Z', NULL, '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'),
                ('c-half', 'Half', 'web', '{https://c.example/cb}', '{read}', $1, NULL, $2, '2020-02-01T12:00:00Z',
                NULL, DEFAULT, DEFAULT),
                ('d-over', 'Over', 'web', '{https://d.example/cb}', '{read}', $1, '2020-02-01T12:00:00Z', NULL, NULL,
                NULL, DEFAULT, DEFAULT),
                ('e-native', 'Native', 'native', '{http://127.0.0.1/cb}', '{read}', NULL, NULL, NULL, NULL,
                '2026-05-06T07:08:09Z', '2026-01-02T03:04:05Z', '2026-01-02T03:04:06Z'),
                (repeat('f', 40), repeat('F', 40), 'browser', '{https://f.example/cb}', '{read}', NULL, NULL, NULL,
                NULL, NULL, DEFAULT, DEFAULT),
                (repeat('g', 41), repeat('G', 41), 'browser', '{https://g.example/cb}', '{read}', NULL, NULL, NULL,
                NULL, NULL, DEFAULT, DEFAULT)
            """,
            Hash, Other);
        await _database.ExecuteAsync(
            """
            INSERT INTO oauth_client_secret_uses (client_id, secret, first_used_at, last_used_at) VALUES
                ('b-ends', sha256($1::bytea), '2026-02-03T04:05:06Z', '2026-02-03T04:05:07Z'),
                ('b-ends', sha256($2::bytea), '2026-02-03T04:05:06Z', '2026-02-03T04:05:08Z'),
                ('c-half', sha256($2::bytea), '2026-02-03T04:05:06Z', '2026-02-03T04:05:09Z')
            """,
            System.Text.Encoding.ASCII.GetBytes(Hash), System.Text.Encoding.ASCII.GetBytes(Other));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_list_is_a_table()
    {
        var run = await new ClientsRunner(_database).RunAsync("list");

        string[] expected =
        [
            "CLIENT                                    TYPE     STATE     SECRETS             LAST USED             "
                + "NAME",
            "b-ends                                    web      enabled   2 until 2100-03-01  2026-02-03T04:05:08Z  "
                + "Ends",
            "c-half                                    web      enabled   1                   2026-02-03T04:05:09Z  "
                + "Half",
            "d-over                                    web      enabled   none live           -                     "
                + "Over",
            "e-native                                  native   disabled  -                   -                     "
                + "Native",
            $"{new string('f', 40)}  browser  enabled   -                   -                     "
                + $"{new string('F', 40)}",
            $"{new string('g', 39)}…  browser  enabled   -                   -                     "
                + $"{new string('G', 39)}…",
        ];
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(expected, run.Output.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task One_client_is_shown_line_by_line()
    {
        var web = await new ClientsRunner(_database).RunAsync("show", "b-ends");
        var native = await new ClientsRunner(_database).RunAsync("show", "e-native");

        Assert.Equal(
            [
                "client_id           b-ends",
                "name                Ends",
                "application_type    web",
                "redirect_uri        https://b.example/cb",
                "allowed_scopes      read",
                "default_scopes",
                "grant_types         authorization_code refresh_token",
                "require_pkce        yes",
                "created_at          2026-01-02T03:04:05Z",
                "updated_at          2026-01-02T03:04:06Z",
                "disabled_at         -",
                "client_secret       live, until 2100-03-01T12:00:00Z, cost 10, last used 2026-02-03T04:05:07Z",
                "next_client_secret  live, until 2100-02-01T12:00:00Z, cost 12, last used 2026-02-03T04:05:08Z",
            ],
            web.Output.TrimEnd('\n').Split('\n'));
        Assert.Contains("disabled_at       2026-05-06T07:08:09Z", native.Output.Split('\n'));
        Assert.DoesNotContain("client_secret", native.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ended_secret_and_one_without_an_end_are_told_apart()
    {
        var run = await new ClientsRunner(_database).RunAsync("show", "c-half");

        Assert.Contains("client_secret       live, no end, cost 10, last used -", run.Output.Split('\n'));
        Assert.Contains(
            "next_client_secret  ended, until 2020-02-01T12:00:00Z, cost 12, last used 2026-02-03T04:05:09Z",
            run.Output.Split('\n'));
    }
}
