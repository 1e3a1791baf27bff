using System.Net;

namespace OAuthServer.ServerTests.Accounts.Factors;

/// <summary>Why a second factor was refused stands in the audit log.</summary>
public sealed class FactorReasonTests(FactorServers servers) : IClassFixture<FactorServers>
{
    [Theory]
    [InlineData("12345", false, "factor_malformed")]
    [InlineData("abcd-efgh", true, "factor_malformed")]
    [InlineData("aaaa-bbbb-cccc-dddd", true, "factor_wrong")]
    [InlineData(null, false, "factor_wrong")]
    public async Task The_audit_log_says_why(string? code, bool recovery, string reason)
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var browser = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(browser, code ?? person.WrongCode(), recovery);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(reason, await ReasonAsync(person));
    }

    [Fact]
    public async Task A_code_of_before_says_so()
    {
        var person = await servers.PersonAsync();
        using var enrolled = await person.EnrolledAsync();
        using var first = await person.AtSecondStepAsync();
        using var used = await FactorPerson.TypeCodeAsync(first, person.Code());
        using var second = await person.AtSecondStepAsync();
        using var answer = await FactorPerson.TypeCodeAsync(second, person.Code());
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("factor_used_before", await ReasonAsync(person));
    }

    private Task<string?> ReasonAsync(FactorPerson person) => servers.Database.ScalarAsync<string>(
        "SELECT reason FROM oauth_audit_events WHERE pseudonym = pseudonym_of($1) AND event = 'sign_in' "
            + "ORDER BY id DESC LIMIT 1", person.Id);
}
