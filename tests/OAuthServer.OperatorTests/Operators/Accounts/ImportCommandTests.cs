using System.Diagnostics;
using System.Globalization;
using System.Text;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Accounts;

/// <summary>
/// People from another system: who is taken, who is refused and why, and that they sign in with the old password.
/// </summary>
public sealed class ImportCommandTests(AccountsServer shared) : IClassFixture<AccountsServer>, IDisposable
{
    private const string Password = "a quiet harbour 7";
    private const string Bcrypt = "$2y$04$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy";
    private const string Argon2 = "$argon2id$v=19$m=64,t=2"
        + ",p=1$MDEyMzQ1Njc4OWFiY2RlZg$iby8xmCmXjMg/oftIWwu2u/EWQQIXBZrnev/MPXjbGg";
    private const string Pbkdf2 =
        "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$QHQoN+j9rshX8YT38wK9W4QS6LW2VHQOlD0UMDWt/v4";

    private static readonly string[] Formats = [Bcrypt, Argon2, Pbkdf2];

    private readonly TestServer _server = shared.Server;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Bad_lines_are_named_and_the_good_ones_taken_and_a_second_run_changes_nothing()
    {
        var file = await WriteAsync("people.csv", $""""
            email,email_verified,name,given_name,phone_number_verified,phone_number,disabled,password_hash
            ada@example.org,true,"Ada, Countess of ""Lovelace""",Ada,,,,{Bcrypt}
            b\u00f6rje@b\u00fccher.example,false,,,,,,"{Argon2}"
            gone@example.org,1,Gone,,,,yes,{Pbkdf2}
            nohash@example.org,,,,,,,
            ADA@example.org,,,,,,,{Bcrypt}
            bomb@example.org,,,,,,,$2y$31$BoanLwS0fPeo.FnJvd9hyOKIvxPiOC2kBmqT9DyudTHNmv6K42JLy
            plain@example.org,,,,,,,in plain text
            nobody,,,,,,,{Bcrypt}
            ,,,,,,,{Bcrypt}
            flag@example.org,perhaps,,,,,,{Bcrypt}
            phone@example.org,,,,true,,,{Bcrypt}
            short@example.org,{Bcrypt}
            alice@example.com,,Somebody Else,,,,,{Bcrypt}
            """"
            .Replace("\\u00f6", "\u00f6", StringComparison.Ordinal)
            .Replace("\\u00fc", "\u00fc", StringComparison.Ordinal));

        var rehearsal = await RunAsync("import", file, "--dry-run");
        Assert.Equal("13 read: 4 would be made, 1 were there already, 8 refused.", rehearsal.Lines[^1]);
        Assert.Equal(0L, await CountAsync("email LIKE '%@example.org'"));

        var run = await RunAsync("import", file);
        Assert.Equal(
            [
                "line 6: the address stands in line 2 too",
                "line 10: email is missing",
                "line 11: email_verified is true or false",
                "line 13: it has 2 fields, the first line 8",
                "line 7: accounts_bcrypt_cost_is_not_4_to_14",
                "line 8: accounts_password_hash_has_no_known_format",
                "line 9: accounts_email_is_not_an_address",
                "line 12: phone_number_is_there_when_verified",
                "13 read: 4 were made, 1 were there already, 8 refused.",
            ],
            run.Lines);
        Assert.Equal(1, run.Code);
        Assert.DoesNotContain("BoanLwS0", run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(
            4L,
            await CountAsync(
                "(email LIKE '%@example.org' OR email LIKE '%@b\u00fccher.example') AND EXISTS (SELECT FROM "
                    + "oauth_audit_events e WHERE e.pseudonym = accounts.pseudonym AND e.event = 'account_created' AND "
                    + "e.detail = 'by import')"));
        var before = await RowsAsync();
        Assert.Equal(
            "13 read: 0 were made, 5 were there already, 8 refused.", (await RunAsync("import", file)).Lines[^1]);
        Assert.Equal(before, await RowsAsync());

        Assert.Equal(
            "Ada, Countess of \"Lovelace\"",
            (await RunAsync("profile", "ada@example.org")).Json.GetProperty("name").GetString());
        Assert.True((await RunAsync("profile", "ada@example.org")).Json.GetProperty("email_verified").GetBoolean());
        Assert.Contains(
            " disabled ",
            Assert.Single((await RunAsync("list", "--email", "gone@")).Lines.Skip(1)),
            StringComparison.Ordinal);
        using var browser = new TestBrowser(_server);
        await browser.SignInAsync("B\u00d6RJE@xn--bcher-kva.example", Password);
    }

    [Fact]
    public async Task Json_is_taken_too_and_is_summed_up_in_json()
    {
        var file = await WriteAsync("people.json", $$"""
            [
              {"email": "jo@example.net", "email_verified": true, "password_hash": "{{Bcrypt}}", "locale": "de-DE",
                "picture": null},
              {"email": "ju@example.net", "shoe_size": "43"},
              {"email": "je@example.net", "name": 7},
              "nobody"
            ]
            """);
        var run = await RunAsync("import", file, "--json");
        Assert.Equal((4, 1, 0), (
            run.Json.GetProperty("read").GetInt32(),
            run.Json.GetProperty("made").GetInt32(),
            run.Json.GetProperty("already_there").GetInt32()));
        var refused = run.Json.GetProperty("refused")
            .EnumerateArray()
            .Select(one => $"{one.GetProperty("place")}: {one.GetProperty("reason")}")
            .ToList();
        Assert.StartsWith(
            "entry 2: shoe_size is none of email, email_verified, disabled, password_hash, address_formatted, ",
            refused[0],
            StringComparison.Ordinal);
        Assert.Equal(["entry 3: name is no text, true or false", "entry 4: it is no object"], refused[1..]);
        Assert.Equal("de-DE", (await RunAsync("profile", "jo@example.net")).Json.GetProperty("locale").GetString());
    }

    [Theory]
    [InlineData("people.csv", "", "The file is empty.")]
    [InlineData("people.csv", "name\nJane", "The first line has no email.")]
    [InlineData("people.csv", "email,shoe_size\nj@example.com,43", "The first line: shoe_size is none of email, ")]
    [InlineData("people.csv", "email,email\nj@example.com,43", "The first line: email stands there twice.")]
    [InlineData("people.json", "{", "The file is no list of JSON: line ")]
    [InlineData("people.json", "", "The file is no list of JSON: line ")]
    [InlineData(null, "", "Could not find file")]
    public async Task A_file_that_cannot_be_read_is_said_so(string? name, string text, string fault)
    {
        var run = await RunAsync(
            "import", name is null ? Path.Combine(_folder.FullName, "none.csv") : await WriteAsync(name, text));
        Assert.Equal(1, run.Code);
        Assert.StartsWith(fault, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stands_before_a_broken_place_is_taken()
    {
        var json = await WriteAsync(
            "people.json", """[{"email": "one@example.info"}, {"email": "two@example.info"}, {"em""");
        var run = await RunAsync("import", json);
        Assert.Equal("2 read: 2 were made, 0 were there already, 0 refused.", run.Lines[^1]);
        Assert.Equal((1, "The file is no list of JSON: line 1, after entry 2."), (run.Code, run.Lines[0]));
        var csv = await WriteAsync(
            "people.csv", "email,name\nthree@example.info,\"Jane \"Doe\"\nfour@example.info,Joe\n");
        run = await RunAsync("import", csv);
        Assert.Equal("line 2: it is no CSV: a quote is not closed, or closed early", run.Lines[0]);
        Assert.Equal(1L, await CountAsync("email = 'four@example.info'"));
    }

    /// <summary>A few in the gate, all of them where <c>OAUTH_TEST_ROUNDS</c> is set.</summary>
    [Fact]
    public async Task A_thousand_people_of_three_formats_sign_in_and_their_hashes_become_ours()
    {
        const int people = 1000;
        var text = new StringBuilder("email,password_hash\n");
        for (var n = 0; n < people; n++)
            text.Append(CultureInfo.InvariantCulture, $"p{n}@example.edu,\"{Formats[n % 3]}\"\n");
        var run = await RunAsync("import", await WriteAsync("people.csv", text.ToString()));
        Assert.Equal(
            (0, "1000 read: 1000 were made, 0 were there already, 0 refused."), (run.Code, Assert.Single(run.Lines)));
        Assert.Equal("200 read …", run.Error.Split('\n')[0].TrimEnd());

        var tries = Effort.IsLong ? people : 6;
        var watch = Stopwatch.StartNew();
        for (var n = 0; n < tries; n++)
        {
            using var browser = new TestBrowser(_server);
            await browser.SignInAsync($"p{n}@example.edu", Password);
            if (n >= 3) continue;
            // Once more with the new hash, while the first session goes on.
            using var again = new TestBrowser(_server);
            await again.SignInAsync($"p{n}@example.edu", Password);
            Assert.Equal(System.Net.HttpStatusCode.OK, (await browser.GetAsync("/account/connections")).StatusCode);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{tries} people signed in within {watch.Elapsed.TotalSeconds:0.0} s.");
        Assert.Equal(
            (long)tries, await CountAsync("email LIKE 'p%@example.edu' AND password_hash LIKE 'AQAAAAIAAzRQ%'"));
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(file, text, Ct);
        return file;
    }

    private Task<CommandRun> RunAsync(params string[] args) =>
        AccountsServer.On(_server).RunAsync(["accounts", .. args], Ct);

    private Task<long> CountAsync(string condition) =>
        _server.Database.ScalarAsync<long>($"SELECT count(*) FROM accounts WHERE {condition}");

    private Task<string?> RowsAsync() =>
        _server.Database.ScalarAsync<string>(
            "SELECT md5(string_agg(a::text || coalesce(p::text, ''), '' ORDER BY a.id)) FROM accounts a LEFT "
                + "JOIN account_profiles p ON p.account_id = a.id");
}
