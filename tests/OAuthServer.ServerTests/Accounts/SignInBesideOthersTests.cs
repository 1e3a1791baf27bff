using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OAuthServer.Accounts;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Accounts;

/// <summary>The row of an account changes between the moment it is read and the moment the try is counted.</summary>
public sealed class SignInBesideOthersTests : IAsyncLifetime
{
    private const string Wrong = "not the password";
    private const string OthersGuess = "access_failed_count = access_failed_count + 1, concurrency_stamp = "
        + "gen_random_uuid()";

    private readonly Meanwhile _meanwhile = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new()
        {
            Services = services => services
                .Replace(ServiceDescriptor.Singleton<IPasswordHasher<Account>>(
                    provider => new Hasher(
                        ActivatorUtilities.CreateInstance<AccountPasswordHasher>(provider),
                        provider.GetRequiredService<IHttpContextAccessor>(),
                        _meanwhile)))
                .AddSingleton<TimeProvider>(new HurriedTime()),
        });
        await _server.Database.ExecuteAsync("UPDATE accounts SET access_failed_count = 1");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(OthersGuess)]
    [InlineData("access_failed_count = 0, concurrency_stamp = gen_random_uuid()")]
    [InlineData(
        "access_failed_count = 0, lockout_end = now() + interval '5 minutes', concurrency_stamp = gen_random_uuid()")]
    [InlineData("user_name = 'a new name', concurrency_stamp = gen_random_uuid()")]
    public async Task The_right_password_is_right_whatever_others_do_to_the_row(string change)
    {
        _meanwhile.Do(() => ChangeAsync(change));

        Assert.Equal(HttpStatusCode.SeeOther, await TypeAsync(TestData.Password));

        Assert.Equal(0, await FailedAsync());
    }

    [Theory]
    [InlineData(OthersGuess, 3)]
    [InlineData("access_failed_count = 0, concurrency_stamp = gen_random_uuid()", 1)]
    [InlineData("user_name = 'a new name', concurrency_stamp = gen_random_uuid()", 2)]
    public async Task A_wrong_password_is_counted_beside_what_others_did_to_the_row(string change, int counted)
    {
        _meanwhile.Do(() => ChangeAsync(change));

        Assert.Equal(HttpStatusCode.BadRequest, await TypeAsync(Wrong));

        Assert.Equal(counted, await FailedAsync());
    }

    [Fact]
    public async Task The_fifth_wrong_password_locks_when_others_gave_the_fourth_meanwhile()
    {
        await _server.Database.ExecuteAsync("UPDATE accounts SET access_failed_count = 3");
        _meanwhile.Do(() => ChangeAsync(OthersGuess));

        Assert.Equal(HttpStatusCode.BadRequest, await TypeAsync(Wrong));

        Assert.True(await _server.Database.ScalarAsync<bool>(
            "SELECT lockout_end > now() FROM accounts WHERE id = $1", TestData.AliceId));
    }

    [Theory]
    [InlineData("security_stamp = gen_random_uuid(), concurrency_stamp = gen_random_uuid()")]
    [InlineData("disabled_at = now(), concurrency_stamp = gen_random_uuid()")]
    [InlineData("disabled_at = now(), security_stamp = gen_random_uuid(), concurrency_stamp = gen_random_uuid()")]
    public async Task A_password_changed_or_an_account_disabled_meanwhile_lets_nobody_in(string change)
    {
        _meanwhile.Do(() => ChangeAsync(change));

        Assert.Equal(HttpStatusCode.BadRequest, await TypeAsync(TestData.Password));
    }

    [Fact]
    public async Task A_changed_password_lets_nobody_in_by_the_old_one_that_is_to_be_hashed_anew()
    {
        _meanwhile.Hashes = PasswordVerificationResult.SuccessRehashNeeded;
        await _server.Database.ExecuteAsync("UPDATE accounts SET access_failed_count = 0");
        _meanwhile.Do(() => ChangeAsync("security_stamp = gen_random_uuid(), concurrency_stamp = gen_random_uuid()"));

        Assert.Equal(HttpStatusCode.BadRequest, await TypeAsync(TestData.Password));
    }

    private async Task<HttpStatusCode> TypeAsync(string password)
    {
        using var browser = new TestBrowser(_server);
        using var answer = await browser.TypePasswordAsync(
            await browser.GetAsync("/account/sign-in"), TestData.Email, password);
        Assert.True(_meanwhile.IsDone);
        return answer.StatusCode;
    }

    private Task<int> ChangeAsync(string change) =>
        _server.Database.ExecuteAsync($"UPDATE accounts SET {change} WHERE id = $1", TestData.AliceId);

    private Task<int> FailedAsync() =>
        _server.Database.ScalarAsync<int>("SELECT access_failed_count FROM accounts WHERE id = $1", TestData.AliceId);

    // Happens once, while the first password after it is compared.
    private sealed class Meanwhile
    {
        private Func<Task<int>>? _change;

        public PasswordVerificationResult? Hashes { get; set; }

        public bool IsDone => _change is null;

        public void Do(Func<Task<int>> change) => _change = change;

        public void Happen()
        {
            if (Interlocked.Exchange(ref _change, null) is { } change)
                Assert.Equal(1, Task.Run(change).GetAwaiter().GetResult());
        }
    }

    // The server compares passwords of the demo at its start too: these are no request.
    private sealed class Hasher(IPasswordHasher<Account> real, IHttpContextAccessor http, Meanwhile meanwhile)
        : IPasswordHasher<Account>
    {
        public string HashPassword(Account user, string password) => real.HashPassword(user, password);

        public PasswordVerificationResult VerifyHashedPassword(
            Account user, string hashedPassword, string providedPassword)
        {
            var result = real.VerifyHashedPassword(user, hashedPassword, providedPassword);
            if (http.HttpContext is null) return result;
            meanwhile.Happen();
            return result == PasswordVerificationResult.Success ? meanwhile.Hashes ?? result : result;
        }
    }
}
