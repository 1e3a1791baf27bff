using OAuthServer.ServerTests.Hosting;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// A server that sends its mails at once to a mail server of the tests, with all that people may do switched on.
/// </summary>
public sealed class MailedServer : OwnServer
{
    private TestServer? _second;

    /// <summary>The mail server.</summary>
    public MailSink Sink { get; } = MailSink.Start();

    /// <summary>What the tests' people have for a password after a reset.</summary>
    public const string NewPassword = "walrus lantern copper tide";

    protected override TestServerOptions Options => new() { Settings = Settings };

    private Dictionary<string, string?> Settings => new(Sink.Settings)
    {
        ["Mail:Timeout"] = "00:00:01",
        ["SelfService:Registration"] = "true",
    };

    /// <summary>A second instance on the same database.</summary>
    public async Task<TestServer> SecondAsync() => _second ??= await StartAsync();

    /// <summary>Another instance with some settings of its own.</summary>
    public Task<TestServer> StartAsync(params (string Key, string Value)[] more)
    {
        var settings = Settings;
        foreach (var (key, value) in more) settings[key] = value;
        return TestServer.StartAsync(new() { Database = Database, Settings = settings });
    }

    /// <summary>A person of their own, with Alice's password, so that no test meets another's mails.</summary>
    public async Task<(Guid Id, string Email)> AddPersonAsync(bool confirmed = true, bool hasPassword = true)
    {
        var id = Guid.NewGuid();
        var email = NewAddress();
        await Database.ExecuteAsync("""
            INSERT INTO accounts (id, user_name, normalized_user_name, email, normalized_email, email_confirmed,
                password_hash)
            SELECT $1, $2, upper($2), $2, upper($2), $4, CASE WHEN $5 THEN password_hash END FROM accounts WHERE id = $3
            """, id, email, TestData.AliceId, confirmed, hasPassword);
        return (id, email);
    }

    public static string NewAddress() => $"p-{Guid.NewGuid():N}@example.com";

    /// <summary>Fills in a form that asks for a mail.</summary>
    public static async Task<HttpResponseMessage> AskAsync(TestBrowser browser, string page, string email)
    {
        var form = await TestBrowser.FormAsync(await browser.GetAsync(page), page);
        form.Fields["email"] = email;
        return await browser.PostAsync(form.Action, form.Fields);
    }

    /// <summary>All of the answer to such a form that is the same each time.</summary>
    public async Task<string> AnswerAsync(string page, string email)
    {
        using var browser = new TestBrowser(Server);
        using var answer = await AskAsync(browser, page, email);
        var headers = SteadyAnswer.HeadersOf(answer).Select(header => $"{header.Name}: {header.Value}");
        return $"{(int)answer.StatusCode} {answer.Headers.Location} {string.Join('\n', headers)} "
            + await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The link that a forgotten password gives.</summary>
    public async Task<string> ResetLinkAsync(string email, int count = 1)
    {
        using var browser = new TestBrowser(Server);
        using var answer = await AskAsync(browser, "/account/forgot", email);
        Assert.Equal("/account/forgot?done=sent", answer.Headers.Location?.OriginalString);
        return (await Sink.AwaitAsync(email, count))[^1].Path;
    }

    /// <summary>Opens a link and chooses a password.</summary>
    public static async Task<HttpResponseMessage> ChooseAsync(TestBrowser browser, string path, string? password = null)
    {
        using var page = await browser.GetAsync(path);
        return page.IsSuccessStatusCode
            ? await SendAsync(browser, await TestBrowser.FormAsync(page, path.Split('?')[0]), password)
            : await browser.GetAsync(path);
    }

    public static Task<HttpResponseMessage> SendAsync(TestBrowser browser, TestForm form, string? password = null)
    {
        form.Fields["new"] = form.Fields["repeat"] = password ?? NewPassword;
        return browser.PostAsync(form.Action, form.Fields);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        await base.DisposeAsync();
        await Sink.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
