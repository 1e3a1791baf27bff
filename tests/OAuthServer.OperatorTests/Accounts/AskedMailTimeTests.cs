using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Accounts;

/// <summary>How long it takes to ask for a mail does not tell whether there is an account.</summary>
public sealed class AskedMailTimeTests(FarDatabase far) : IClassFixture<FarDatabase>
{
    private static readonly string[] Kinds = ["unknown", "known", "shut", "unproven", "invited"];

    [LongGateFact, Row("ACC-01")]
    public Task To_register_takes_as_long_for_every_address() => CompareAsync("/account/register", "register");

    [LongGateFact, Row("ACC-02")]
    public Task To_ask_for_a_reset_takes_as_long_for_every_address() => CompareAsync("/account/forgot", "forgot");

    private async Task CompareAsync(string path, string who)
    {
        var kinds = Kinds.Select(kind => $"{who}.{kind}").ToArray();
        await far.AddPeopleAsync(kinds[1]);
        await far.AddPeopleAsync(kinds[2], "disabled_at = now()");
        await far.AddPeopleAsync(kinds[3], "email_confirmed = false");
        await far.AddPeopleAsync(kinds[4], "password_hash = NULL");

        await far.CompareAsync(path, kinds, HttpStatusCode.SeeOther);
    }
}
