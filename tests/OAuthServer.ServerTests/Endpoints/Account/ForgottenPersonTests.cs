using OAuthServer.ServerTests.Endpoints.OpenId;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Account;

/// <summary>After an account is deleted its person has a pseudonym in the audit log and no name anywhere.</summary>
public sealed class ForgottenPersonTests(MailedServer mailed) : IClassFixture<MailedServer>
{
    private static readonly string[] Kept =
    [
        "account_sessions",
        "account_tokens",
        "accounts",
        "mail_outbox",
        "oauth_authorization_codes",
        "oauth_consents",
        "oauth_refresh_tokens",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_names_the_person_of_a_deleted_account(bool byPage)
    {
        var (id, email) = await mailed.AddPersonAsync();
        using var browser = new TestBrowser(mailed.Server);
        var tokens = await LeaveTracesAsync(browser, id, email);
        var pseudonym = await mailed.Database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", id);
        Assert.Superset(Kept.ToHashSet(), (await NamingAsync(id.ToString(), email)).ToHashSet());
        Assert.Equal(["accounts", "oauth_audit_events"], await NamingAsync(pseudonym.ToString()));

        if (byPage)
        {
            var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/delete"), "/account/delete");
            form.Fields["sure"] = "true";
            using var done = await browser.PostAsync(form.Action, form.Fields);
            await Eventually.BecomesTrue(
                async () => mailed.Sink.To(email).Any(mail => mail.Message.Subject == "Your account is deleted")
                    && !(await NamingAsync(email)).Any(),
                TimeSpan.FromSeconds(20),
                "the last mail is sent and forgotten");
        }
        else
        {
            await mailed.Database.ExecuteAsync("DELETE FROM accounts WHERE id = $1", id);
        }

        // Until its apps were told, what they are to be told names the person: that, and no more.
        Assert.Equal(["oauth_logout_notices"], await NamingAsync(id.ToString(), email));
        await mailed.Database.ExecuteAsync(
            "UPDATE oauth_logout_notices SET done_at = now(), outcome = 'given_up' WHERE user_id = $1 "
                + "AND done_at IS NULL",
            id);
        Assert.Empty(await NamingAsync(id.ToString(), email));
        Assert.Equal(["oauth_audit_events"], await NamingAsync(pseudonym.ToString()));
        Assert.Equal("invalid_grant", (await (await mailed.SecondAsync()).RefreshAsync(tokens.RefreshToken)).Error);

        var events = (await mailed.Database.QueryAsync(
            "SELECT event FROM oauth_audit_events WHERE pseudonym = $1",
            pseudonym)).Select(row => (string)row["event"]!).ToHashSet();
        HashSet<string> expected =
        [
            "sign_in",
            "code_issued",
            "code_redeemed",
            "refresh_token_rotated",
            .. byPage ? ["grant_withdrawn", "account_deleted"] : Array.Empty<string>(),
        ];
        Assert.Superset(expected, events);
        await mailed.Server.SealAsync();
        Assert.Empty((await mailed.Database.VerifyAsync()).Findings);
    }

    /// <summary>What an app got in a session ends under the pseudonym too, whoever deletes the account.</summary>
    [Fact]
    public async Task What_ends_with_the_account_is_audited_under_its_pseudonym()
    {
        var (id, email) = await mailed.AddPersonAsync();
        using var browser = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        await browser.TokensAsync(mailed.Server, OpenIdAsks.For("openid read"));
        var pseudonym = await mailed.Database.ScalarAsync<Guid>("SELECT pseudonym_of($1)", id);

        await mailed.Database.ExecuteAsync("DELETE FROM accounts WHERE id = $1", id);

        Assert.Equal(1L, await mailed.Database.ScalarAsync<long>(
            "SELECT count(*) FROM oauth_audit_events WHERE pseudonym = $1 AND event = 'grant_withdrawn'", pseudonym));
    }

    /// <summary>However a deletion and a refresh meet, no session of an app is left.</summary>
    [Fact]
    public async Task What_is_refreshed_meanwhile_leaves_nothing()
    {
        var (id, email) = await mailed.AddPersonAsync();
        using var browser = new TestBrowser(mailed.Server);
        await browser.SignInAsync(email);
        var tokens = await browser.TokensAsync(
            mailed.Server, OpenIdAsks.For("openid read offline_access").With("prompt", "consent"));
        var form = await TestBrowser.FormAsync(await browser.GetAsync("/account/delete"), "/account/delete");
        form.Fields["sure"] = "true";

        var refreshes = Enumerable.Range(0, 8).Select(_ => mailed.Server.RefreshAsync(tokens.RefreshToken)).ToList();
        using var done = await browser.PostAsync(form.Action, form.Fields);
        await Task.WhenAll(refreshes);

        Assert.Equal(
            0L,
            await mailed.Database.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM accounts WHERE id = $1) + (SELECT count(*) FROM oauth_refresh_tokens "
                    + "WHERE user_id = $1)",
                id));
    }

    private async Task<Reply> LeaveTracesAsync(TestBrowser browser, Guid id, string email)
    {
        await mailed.Database.ExecuteAsync(
            "UPDATE oauth_clients SET backchannel_logout_uri = 'https://127.0.0.1:1/' WHERE client_id = $1",
            OpenIdAsks.Client);
        await mailed.Database.ExecuteAsync(
            "INSERT INTO account_profiles (account_id, name) VALUES ($1, 'Somebody')", id);
        await mailed.Database.ExecuteAsync(
            "INSERT INTO account_recovery_codes (account_id, code) VALUES ($1, sha256('x'))", id);
        await mailed.Database.ExecuteAsync(
            "INSERT INTO account_logins (issuer, subject, account_id, name) VALUES ('https://idp.example', $2, $1, $2)",
            id,
            email);
        await browser.SignInAsync(email);
        await mailed.ResetLinkAsync(email);
        using (var other = new TestBrowser(mailed.Server))
            (await MailedServer.AskAsync(other, "/account/register", email)).Dispose();
        await mailed.Sink.AwaitAsync(email, 2);
        var ask = OpenIdAsks.For("openid read offline_access").With("prompt", "consent");
        var tokens = await browser.TokensAsync(mailed.Server, ask);
        await browser.AuthorizeAsync(ask);
        return await mailed.Server.RefreshAsync(tokens.RefreshToken, OpenIdAsks.Client);
    }

    // Every table with a row that has one of these texts in any column.
    private async Task<IReadOnlyList<string>> NamingAsync(params string[] texts)
    {
        var tables = (await mailed.Database.QueryAsync(
            "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' "
                + "AND table_type = 'BASE TABLE' ORDER BY 1")).Select(row => (string)row["name"]!);
        var naming = new List<string>();
        foreach (var table in tables)
        {
            if (await mailed.Database.ScalarAsync<bool>(
                $"SELECT EXISTS (SELECT FROM {table} AS r, unnest($1::text[]) AS t WHERE position(lower(t) "
                    + "IN lower(to_jsonb(r)::text)) > 0)",
                (object)texts)) naming.Add(table);
        }

        return naming;
    }
}
