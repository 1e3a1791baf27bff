using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Operators.Doctor;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>What ASP.NET Core Identity and Data Protection keep in the database, by their own services.</summary>
public sealed class AccountStoreTests : IAsyncLifetime
{
    private const string Email = "Carol@example.com";

    private static readonly CancellationToken None = CancellationToken.None;

    private TestServer _server = null!;
    private AsyncServiceScope _scope;

    private UserManager<Account> Users => _scope.ServiceProvider.GetRequiredService<UserManager<Account>>();

    private OAuthDatabase Contexts => _server.Database.Contexts;

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

        Account?[] found = [await Users.FindByIdAsync(made.Id.ToString()), await Users.FindByNameAsync("CAROL@EXAMPLE.COM"), await Users.FindByEmailAsync("carol@example.com")];

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
    public async Task Of_two_changes_to_what_was_read_the_second_is_refused_whole()
    {
        var made = await CarolAsync();
        var (first, second) = (await ReadAsync(made.Id), await ReadAsync(made.Id));
        Assert.True((await Users.AccessFailedAsync(first)).Succeeded);

        await using var scope = _server.Services.CreateAsyncScope();
        second.PasswordHash = "another";
        var refused = await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().UpdateAsync(second);

        Assert.Equal(["ConcurrencyFailure"], refused.Errors.Select(error => error.Code));
        var kept = await ReadAsync(made.Id);
        Assert.Equal((made.PasswordHash, 1, first.ConcurrencyStamp), (kept.PasswordHash, kept.AccessFailedCount, kept.ConcurrencyStamp));
        Assert.True((await Users.AccessFailedAsync(first)).Succeeded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_read_before_an_operator_disabled_the_account_changes_nothing_of_it(bool bySql)
    {
        var made = await CarolAsync();
        if (bySql) await _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", made.Id);
        else await DisableAsync(made.Id);

        var refused = await Users.AccessFailedAsync(made);

        Assert.Equal(["ConcurrencyFailure"], refused.Errors.Select(error => error.Code));
        var kept = await ReadAsync(made.Id);
        Assert.NotNull(kept.DisabledAt);
        Assert.Equal(0, kept.AccessFailedCount);
    }

    [Fact]
    public async Task No_write_of_an_account_names_when_it_was_disabled()
    {
        var made = await CarolAsync();
        await using var db = Contexts.CreateDbContext();
        var entry = db.Update(made);

        Assert.False(entry.Property(account => account.DisabledAt).IsModified);
        Assert.True(entry.Property(account => account.PasswordHash).IsModified);
    }

    [Fact]
    public async Task An_address_or_name_that_is_taken_is_refused_even_when_both_looked_before_either_wrote()
    {
        var made = await CarolAsync();
        var store = _scope.ServiceProvider.GetRequiredService<IUserStore<Account>>();
        var twin = New(Email, made.NormalizedUserName!);
        Assert.Equal(["DuplicateUserName"], Codes(await store.CreateAsync(twin, None)));

        await using var scope = _server.Services.CreateAsyncScope();
        var other = scope.ServiceProvider.GetRequiredService<IUserStore<Account>>();
        var dave = New("d", "D");
        Assert.True((await other.CreateAsync(dave, None)).Succeeded);
        dave.NormalizedEmail = made.NormalizedEmail;
        Assert.Equal(["DuplicateEmail"], Codes(await other.UpdateAsync(dave, None)));

        var again = new Account { Id = Handle.NewId(), UserName = Email, Email = Email };
        Assert.Equal(["DuplicateUserName", "DuplicateEmail"], Codes(await Users.CreateAsync(again, TestData.Password)));
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE normalized_email = 'CAROL@EXAMPLE.COM'"));
    }

    [Fact]
    public async Task Keys_of_session_cookies_are_in_the_database_and_an_empty_row_is_no_key()
    {
        await _server.Database.ExecuteAsync("INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('empty', ''), ('none', NULL)");
        var sealedText = _server.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("text");

        await using var other = await TestServer.StartAsync(new TestServerOptions { Database = _server.Database });

        Assert.Equal("text", other.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Unprotect(sealedText));
    }

    private static Account New(string name, string normalized) => new()
    {
        Id = Handle.NewId(),
        UserName = name,
        NormalizedUserName = normalized,
        Email = name,
        NormalizedEmail = normalized,
        SecurityStamp = "1",
        ConcurrencyStamp = "1",
    };

    private static IEnumerable<string> Codes(IdentityResult result) => result.Errors.Select(error => error.Code);

    private async Task DisableAsync(Guid id)
    {
        await using var db = Contexts.CreateDbContext();
        var disabled = await db.Accounts.Where(account => account.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(account => account.DisabledAt, DateTimeOffset.UtcNow), None);
        Assert.Equal(1, disabled);
    }

    private async Task<Account> ReadAsync(Guid id)
    {
        await using var db = Contexts.CreateDbContext();
        return await db.Accounts.SingleAsync(account => account.Id == id, None);
    }

    private async Task<Account> CarolAsync()
    {
        var account = new Account { Id = Handle.NewId(), UserName = Email, Email = Email, EmailConfirmed = true };
        var created = await Users.CreateAsync(account, TestData.Password);
        Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(error => error.Code)));
        return account;
    }
}
