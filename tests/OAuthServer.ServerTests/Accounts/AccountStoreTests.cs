using System.Xml.Linq;
using Microsoft.AspNetCore.Identity;
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

    private OAuthServer.Storage.Accounts Table => _server.Services.GetRequiredService<OAuthServer.Storage.Accounts>();

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
        var (first, second) = ((await Table.FindByIdAsync(made.Id, None))!, (await Table.FindByIdAsync(made.Id, None))!);
        Assert.True((await Users.AccessFailedAsync(first)).Succeeded);

        second.PasswordHash = "another";
        var refused = await Users.UpdateAsync(second);

        Assert.Equal(["ConcurrencyFailure"], refused.Errors.Select(error => error.Code));
        var kept = (await Table.FindByIdAsync(made.Id, None))!;
        Assert.Equal((made.PasswordHash, 1, first.ConcurrencyStamp), (kept.PasswordHash, kept.AccessFailedCount, kept.ConcurrencyStamp));
        Assert.True((await Users.AccessFailedAsync(first)).Succeeded);
    }

    [Fact]
    public async Task What_was_read_before_an_operator_disabled_the_account_does_not_enable_it_again()
    {
        var made = await CarolAsync();
        await _server.Database.ExecuteAsync("UPDATE accounts SET disabled_at = now() WHERE id = $1", made.Id);

        Assert.True((await Users.AccessFailedAsync(made)).Succeeded);

        Assert.NotNull((await Users.FindByIdAsync(made.Id.ToString()))!.DisabledAt);
    }

    [Fact]
    public async Task An_address_or_name_that_is_taken_is_refused_even_when_both_looked_before_either_wrote()
    {
        var made = await CarolAsync();
        var twin = new Account { Id = Handle.NewId(), UserName = Email, NormalizedUserName = made.NormalizedUserName, Email = Email, NormalizedEmail = made.NormalizedEmail, ConcurrencyStamp = "1" };
        Assert.False(await Table.TryAddAsync(twin, None));

        var other = new Account { Id = Handle.NewId(), UserName = "d", NormalizedUserName = "D", Email = "d", NormalizedEmail = "D", ConcurrencyStamp = "1" };
        Assert.True(await Table.TryAddAsync(other, None));
        other.NormalizedEmail = made.NormalizedEmail;
        Assert.False(await Table.TryUpdateAsync(other, None));

        Assert.Equal(["DuplicateUserName", "DuplicateEmail"], (await Users.CreateAsync(new Account { Id = Handle.NewId(), UserName = Email, Email = Email }, TestData.Password)).Errors.Select(error => error.Code));
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM accounts WHERE normalized_email = 'CAROL@EXAMPLE.COM'"));
    }

    [Fact]
    public async Task Keys_of_session_cookies_come_back_as_they_were_stored_and_an_empty_row_is_no_key()
    {
        var keys = _server.Services.GetRequiredService<SessionKeys>();
        var before = keys.GetAllElements().Count;
        var key = XElement.Parse("<key id=\"7\"><descriptor>a &lt; b</descriptor></key>");

        keys.StoreElement(key, "key-7");
        await _server.Database.ExecuteAsync("INSERT INTO data_protection_keys (friendly_name, xml) VALUES ('empty', ''), ('none', NULL)");

        var all = keys.GetAllElements();
        Assert.Equal(before + 1, all.Count);
        Assert.True(XNode.DeepEquals(key, all.Last()));
        Assert.Equal(1L, await _server.Database.ScalarAsync<long>("SELECT count(*) FROM data_protection_keys WHERE friendly_name = 'key-7'"));
    }

    private async Task<Account> CarolAsync()
    {
        var account = new Account { Id = Handle.NewId(), UserName = Email, Email = Email, EmailConfirmed = true };
        var created = await Users.CreateAsync(account, TestData.Password);
        Assert.True(created.Succeeded, string.Join(' ', created.Errors.Select(error => error.Code)));
        return account;
    }
}
