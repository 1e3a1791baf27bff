using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Storage;
using OAuthServer.Sweeping;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Storage.Schema.Statements;

/// <summary>
/// Finds out every statement of this server: what it says while people and apps use it, overheard, and besides that the
/// texts that stand in Storage.
/// </summary>
internal static partial class ServerStatements
{
    /// <summary>Everything that was said, in order, and after it the statements that nobody needed, with types left open.</summary>
    public static async Task<IReadOnlyList<SaidStatement>> ListenAsync()
    {
        await using var database = await TestData.CreateDatabaseAsync();
        var address = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var tap = new StatementTap(address.Host!, address.Port);
        (address.Host, address.Port, address.SslMode) = ("127.0.0.1", tap.Port, SslMode.Disable);
        await using (var server = await TestServer.StartAsync(new() { Database = database, Settings = new Dictionary<string, string?> { ["ConnectionStrings:OAuthServer"] = address.ConnectionString } }))
            await UseAsync(server);
        var said = tap.Said.Where(statement => IsOurs(statement.Sql)).ToList();
        var heard = said.Select(statement => statement.Sql).ToHashSet(StringComparer.Ordinal);
        return [.. said, .. Written().Where(sql => !heard.Contains(sql)).Select(sql => new SaidStatement(sql, [], []))];
    }

    private static async Task UseAsync(TestServer server)
    {
        using var browser = new TestBrowser(server);
        await browser.AuthorizeAsync(new AuthorizationAsk().With("scope", "read write"));
        var code = await CodeAsync(browser);
        var tokens = await server.RedeemAsync(code);
        Assert.Equal(HttpStatusCode.OK, tokens.Status);
        var rotated = await server.RefreshAsync(tokens.RefreshToken);
        Assert.Equal(HttpStatusCode.OK, rotated.Status);
        await server.RefreshAsync(tokens.RefreshToken);
        await server.RevokeAsync(rotated.AccessToken);
        Assert.Equal(HttpStatusCode.OK, (await server.RevokeAsync(rotated.RefreshToken)).Status);
        await server.RedeemAsync(code);
        await server.RefreshAsync("no-such-token");
        var reused = await server.RedeemAsync(await CodeAsync(browser));
        var successor = await server.RefreshAsync((await server.RefreshAsync(reused.RefreshToken)).RefreshToken);
        await server.RefreshAsync(reused.RefreshToken);
        await server.RefreshAsync(successor.RefreshToken);
        using var list = await server.Http.GetAsync(new Uri("/oauth/revocations", UriKind.Relative));
        await WithdrawAsync(browser);
        await server.Services.GetRequiredService<Sweeper>().RunAsync(CancellationToken.None);
        await server.Services.GetRequiredService<AuditSealer>().RunAsync(CancellationToken.None);
        await LookBackAsync(server.Services);
    }

    // What the server above had no reason to ask.
    private static async Task LookBackAsync(IServiceProvider services)
    {
        var audit = AuditEvents.SweptAfter(TimeSpan.FromDays(400));
        await services.GetRequiredService<Sweeps>().CountAsync(audit, 10, TimeSpan.FromSeconds(10), CancellationToken.None);
        await services.GetRequiredService<Sweeps>().DeleteAsync(audit, 10, null, TimeSpan.FromSeconds(10), CancellationToken.None);
        await services.GetRequiredService<AuditSeals>().LastExpiredIdAsync(TimeSpan.FromDays(400), CancellationToken.None);
        await services.GetRequiredService<AuditLog>().FindAsync(new AuditFilter(), 10, CancellationToken.None);
        await services.GetRequiredService<Grants>().WithdrawAllAsync(TestData.BobId, new AuditContext(null, null), CancellationToken.None);
        await using var editing = await ClientEditing.BeginAsync(services.GetRequiredService<NpgsqlDataSource>(), CancellationToken.None);
        var client = (await editing.FindAsync(TestData.Web, CancellationToken.None))!;
        await editing.UpdateAsync(client, [AuditEventNames.ClientChanged], CancellationToken.None);
        await editing.InsertAsync(client with { ClientId = "made" }, [AuditEventNames.ClientCreated], CancellationToken.None);
    }

    private static async Task<string> CodeAsync(TestBrowser browser) => (await browser.AuthorizeAsync(new AuthorizationAsk())).Code ?? throw new InvalidOperationException("The flow gave no code.");

    private static async Task WithdrawAsync(TestBrowser browser)
    {
        using var page = await browser.GetAsync("/account/connections");
        var form = await TestBrowser.FormAsync(page, "/account/connections/withdraw");
        using var withdrawn = await browser.PostAsync(form.Action, form.Fields);
        Assert.Equal(HttpStatusCode.SeeOther, withdrawn.StatusCode);
    }

    // The texts of Storage that are whole statements. The migrator's own run in the version that brings them.
    private static IEnumerable<string> Written() => typeof(AuditEvents).Assembly.GetTypes()
        .Where(type => type.Namespace == typeof(AuditEvents).Namespace)
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => field.FieldType == typeof(string))
        .Select(field => (string)field.GetValue(null)!)
        .Where(text => Statement().IsMatch(text) && IsOurs(text))
        .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    // The driver asks for types, and transactions have statements that cannot be prepared.
    private static bool IsOurs(string sql) => Statement().IsMatch(sql) && !sql.Contains("pg_type", StringComparison.Ordinal) && !sql.StartsWith("SELECT version()", StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\s")]
    private static partial Regex Statement();
}
