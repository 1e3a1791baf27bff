using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>How long a refusal takes does not tell whether there is an account.</summary>
public sealed class RefusalTimeTests(FarDatabase far) : IClassFixture<FarDatabase>, IAsyncLifetime
{
    private static readonly string[] Kinds = ["unknown", "wrong", "disabled", "locked"];

    public async ValueTask InitializeAsync()
    {
        await far.AddPeopleAsync("wrong");
        await far.AddPeopleAsync("disabled", "disabled_at = now()");
        await far.AddPeopleAsync("locked", "lockout_end = now() + interval '1 day'");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [LongGateFact, Row("UI-09")]
    public Task Every_refused_sign_in_takes_as_long_as_that_of_an_unknown_account() =>
        far.CompareAsync("/account/sign-in", Kinds, HttpStatusCode.BadRequest);
}
