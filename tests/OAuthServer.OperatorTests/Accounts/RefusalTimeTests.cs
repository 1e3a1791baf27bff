using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>How long a refusal takes does not tell whether there is an account.</summary>
public sealed class RefusalTimeTests(FarDatabase far) : IClassFixture<FarDatabase>
{
    [LongGateFact, Row("UI-09")]
    public async Task Every_refused_sign_in_takes_as_long_as_that_of_an_unknown_account()
    {
        await far.AddRefusedAsync();

        await far.CompareAsync("/account/sign-in", FarDatabase.Refused, HttpStatusCode.BadRequest);
    }
}
