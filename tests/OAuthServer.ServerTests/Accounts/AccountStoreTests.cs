using System.Collections.Concurrent;
using System.Data.Common;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>What ASP.NET Core Identity and Data Protection keep in the database, by their own services.</summary>
public sealed class AccountStoreTests : IAsyncLifetime
{
    private const string Email = "Carol@example.com";

    private TestServer _server = null!;
    private AsyncServiceScope _scope;

    private UserManager<Account> Users => _scope.ServiceProvider.GetRequiredService<UserManager<Account>>();

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _scope = _server.Services.CreateAsyncScope();
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task All_that_Identity_knows_of_an_account_comes_back_however_it_is_found()
    {
        var made = await CarolAsync();
        var until = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));
        await Users.SetLockoutEndDateAsync(made, until);
        await Users.AccessFailedAsync(made);

        Account?[] found =
        [
            await Users.FindByIdAsync(made.Id.ToString()),
            await Users.FindByNameAsync("CAROL@EXAMPLE.COM"),
            await Users.FindByEmailAsync("carol@example.com"),
        ];

        Assert.All(found, account => Assert.Equivalent(new
        {
            made.Id,
            UserName = Email,
            NormalizedUserName = "CAROL@EXAMPLE.COM",
            Email,
            NormalizedEmail = "CAROL@EXAMPLE.COM",
            EmailConfirmed = true,
            made.PasswordHash,
            made.SecurityStamp,
            made.ConcurrencyStamp,
            LockoutEnd = until,
            LockoutEnabled = true,
            AccessFailedCount = 1,
            DisabledAt = (DateTimeOffset?)null,
        }, account));
        Assert.True(await Users.CheckPasswordAsync(found[0]!, TestData.Password));
        Assert.True(await Users.IsLockedOutAsync(found[0]!));
    }

    [Theory]
    [InlineData("no-id")]
    [InlineData("7c1d8c1e-0000-4000-8000-00000000dead")]
    public async Task Whom_nobody_made_is_not_found(string id)
    {
        Assert.Null(await Users.FindByIdAsync(id));
        Assert.Null(await Users.FindByNameAsync(id));
        Assert.Null(await Users.FindByEmailAsync(id));
    }

    [Fact]
    public async Task Of_two_changes_to_what_was_read_the_second_is_refused_whole_and_may_be_made_again()
    {
        var made = await CarolAsync();
        await using var elsewhere = _server.Services.CreateAsyncScope();
        var others = elsewhere.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var second = (await others.FindByIdAsync(made.Id.ToString()))!;
        Assert.True((await Users.AccessFailedAsync(made)).Succeeded);

        second.PasswordHash = "another";
        var refused = await others.UpdateAsync(second);

        Assert.Equal(["ConcurrencyFailure"], refused.Errors.Select(error => error.Code));
        var kept = (await others.FindByIdAsync(made.Id.ToString()))!;
        Assert.Same(second, kept);
        Assert.Equal(
            (made.PasswordHash, 1, made.ConcurrencyStamp),
            (kept.PasswordHash, kept.AccessFailedCount, kept.ConcurrencyStamp));
        Assert.True((await others.AccessFailedAsync(kept)).Succeeded);
    }

    [Fact]
    public async Task Disabled_by_plain_SQL_an_account_is_not_enabled_by_who_read_it_before() =>
        await StaysDisabledAsync(
            id => _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", id));

    [Fact]
    public async Task Disabled_by_a_command_an_account_is_not_enabled_by_who_read_it_before() =>
        await StaysDisabledAsync(async id =>
        {
            await using var db = await _server.Services.GetRequiredService<IDbContextFactory<OAuthDbContext>>()
                .CreateDbContextAsync(Ct);
            return await db.Accounts.Where(account => account.Id == id)
                .ExecuteUpdateAsync(
                    set => set.SetProperty(account => account.DisabledAt, DateTimeOffset.UnixEpoch), Ct);
        });

    [Fact]
    public async Task No_update_of_Identity_names_the_column_that_operators_write()
    {
        var statements = new ConcurrentQueue<string>();
        await using var db = Watched(statements);
        using var store = new AccountStore(
            db, new IdentityErrorDescriber(), _server.Services.GetRequiredService<OAuthServer.Storage.Passkeys>());
        var made = await CarolAsync();
        var read = (await store.FindByIdAsync(made.Id.ToString(), Ct))!;
        db.Entry(read).Property(account => account.DisabledAt).CurrentValue = DateTimeOffset.UnixEpoch;
        read.AccessFailedCount = 3;

        Assert.True((await store.UpdateAsync(read, Ct)).Succeeded);

        var update = Assert.Single(statements, sql => sql.StartsWith("UPDATE", StringComparison.Ordinal));
        Assert.Contains("access_failed_count = ", update, StringComparison.Ordinal);
        Assert.Contains("password_hash = ", update, StringComparison.Ordinal);
        Assert.DoesNotContain("disabled_at", update, StringComparison.Ordinal);
        Assert.Null(await DisabledAtAsync(made.Id));
    }

    [Fact]
    public async Task An_address_or_name_that_is_taken_is_refused_even_when_both_looked_before_either_wrote()
    {
        var made = await CarolAsync();
        await using var db = Watched([]);
        using var store = new AccountStore(
            db, new IdentityErrorDescriber(), _server.Services.GetRequiredService<OAuthServer.Storage.Passkeys>());
        var twin = New("d", made.NormalizedUserName!, "d@d.example", "D@D.EXAMPLE");
        Assert.Equal(["DuplicateUserName"], Codes(await store.CreateAsync(twin, Ct)));
        Assert.Equal(
            ["DuplicateEmail"], Codes(await store.CreateAsync(New("d", "D", Email, made.NormalizedEmail!), Ct)));

        var other = New("d", "D", "d@d.example", "D@D.EXAMPLE");
        Assert.True((await store.CreateAsync(other, Ct)).Succeeded);
        (other.Email, other.NormalizedEmail) = (made.Email, made.NormalizedEmail);
        Assert.Equal(["DuplicateEmail"], Codes(await store.UpdateAsync(other, Ct)));
        Assert.Equal("D@D.EXAMPLE", (await store.FindByIdAsync(other.Id.ToString(), Ct))!.NormalizedEmail);

        Assert.Equal(
            ["DuplicateUserName"],
            Codes(await Users.CreateAsync(
                new Account { Id = Handle.NewId(), UserName = Email, Email = Email }, TestData.Password)));
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM accounts WHERE normalized_email = 'CAROL@EXAMPLE.COM'"));
    }

    [Fact]
    public async Task Keys_of_session_cookies_come_back_as_they_were_stored_and_an_empty_row_is_no_key()
    {
        var keys = _server.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!;
        var before = keys.GetAllElements().Count;
        var key = XElement.Parse(
            "<key id=\"7\"><descriptor><encryptedSecret decryptorType=\"OAuthServer.Accounts.SessionKeyDecryptor, "
            + "OAuthServer\"><encryptedKey secret=\"x\">a &lt; b</encryptedKey></encryptedSecret></descriptor></key>");

        keys.StoreElement(key, "key-7");
        await _server.Database.ExecuteAsync(
            "INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('empty', ''), ('none', NULL)");

        var all = keys.GetAllElements();
        Assert.Equal(before + 1, all.Count);
        Assert.True(XNode.DeepEquals(key, all.Last()));
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>(
            "SELECT count(*) FROM data_protection_keys WHERE friendly_name = 'key-7'"));
    }

    [Fact]
    public async Task What_one_instance_sealed_another_opens_also_beside_rows_that_are_no_keys()
    {
        await _server.Database.ExecuteAsync(
            "INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('empty', ''), ('none', NULL)");
        var sealedText = Protector(_server).Protect("text");

        await using var other = await TestServer.StartAsync(new TestServerOptions { Database = _server.Database });

        Assert.Equal("text", Protector(other).Unprotect(sealedText));
    }

    private static IDataProtector Protector(TestServer server) =>
        server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Account New(string name, string normalizedName, string email, string normalizedEmail) => new()
    {
        Id = Handle.NewId(),
        UserName = name,
        NormalizedUserName = normalizedName,
        Email = email,
        NormalizedEmail = normalizedEmail,
        SecurityStamp = "1",
    };

    private static IEnumerable<string> Codes(IdentityResult result) => result.Errors.Select(error => error.Code);

    private async Task StaysDisabledAsync(Func<Guid, Task<int>> disable)
    {
        var made = await CarolAsync();
        Assert.Equal(1, await disable(made.Id));
        var disabled = await DisabledAtAsync(made.Id);
        Assert.NotNull(disabled);

        Assert.Equal(["ConcurrencyFailure"], Codes(await Users.AccessFailedAsync(made)));

        Assert.Equal((disabled, 0), (made.DisabledAt?.UtcDateTime, made.AccessFailedCount));
        Assert.True((await Users.AccessFailedAsync(made)).Succeeded);
        Assert.Equal(disabled, await DisabledAtAsync(made.Id));
    }

    private Task<DateTime?> DisabledAtAsync(Guid id) =>
        _server.Database.ScalarAsync<DateTime?>("SELECT disabled_at FROM accounts WHERE id = $1", id);

    // A context as the server's, whose statements are written down.
    private OAuthDbContext Watched(ConcurrentQueue<string> statements)
    {
        var options = new DbContextOptionsBuilder<OAuthDbContext>();
        OAuthDatabase.Configure(options, _server.Database.DataSource, new StatementsUnderWay());
        options.UseQueryTrackingBehavior(QueryTrackingBehavior.TrackAll).AddInterceptors(new Watch(statements));
        return new(options.Options);
    }

    private async Task<Account> CarolAsync()
    {
        var account = new Account { Id = Handle.NewId(), UserName = Email, Email = Email, EmailConfirmed = true };
        var created = await Users.CreateAsync(account, TestData.Password);
        Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(error => error.Code)));
        return account;
    }

    private sealed class Watch(ConcurrentQueue<string> statements) : DbCommandInterceptor
    {
        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default)
        {
            statements.Enqueue(command.CommandText);
            return new(result);
        }
    }
}
