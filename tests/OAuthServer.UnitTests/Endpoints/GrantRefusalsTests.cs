using Microsoft.Extensions.Hosting.Internal;
using OAuthServer.Endpoints;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Endpoints;

/// <summary>What is said of an <c>invalid_grant</c>, and to whom.</summary>
public sealed class GrantRefusalsTests
{
    private const string Id = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static TheoryData<string> Causes =>
    [
        Reasons.CodeUnknown, Reasons.CodeOfAnotherClient, Reasons.CodeRedirectUriMismatch, Reasons.CodeVerifierMissing,
        Reasons.CodeVerifierWrong, Reasons.CodeExpired, Reasons.CodeRevoked, Reasons.RefreshTokenUnknown,
        Reasons.RefreshTokenOfAnotherClient, Reasons.RefreshTokenExpired, Reasons.RefreshTokenRevoked,
        Reasons.RefreshTokenReused, Reasons.RefreshRepeatsExhausted, Reasons.ScopeWithdrawn, Reasons.DeviceChanged,
        Reasons.AccountDisabled,
        Reasons.TokenOfAnotherClient,
    ];

    [Theory]
    [MemberData(nameof(Causes))]
    public void Development_says_the_cause_and_Production_names_the_id_alone(string reason)
    {
        var error = OAuthError.InvalidGrant(reason);
        var (developer, stranger) = (Describe("Development", error), Describe("Production", error));

        Assert.NotEqual(stranger, developer);
        Assert.Equal($"{error.Description} Reference: {Id}", stranger);
        foreach (var said in (string[])[developer, stranger])
        {
            Assert.EndsWith(Id, said, StringComparison.Ordinal);
            Assert.DoesNotContain(reason, said, StringComparison.Ordinal);
            // The characters of RFC 6749 §5.2.
            Assert.All(said, c => Assert.True(c is >= ' ' and <= '~' and not ('"' or '\\')));
        }
    }

    [Fact]
    public void Each_cause_has_words_of_its_own()
    {
        var said = Causes.Select(reason => Describe("Development", OAuthError.InvalidGrant(reason.Data)));
        Assert.Equal(Causes.Count, said.Distinct().Count());
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public void Other_errors_say_what_they_said(string environment)
    {
        foreach (var error in (OAuthError[])
            [OAuthError.InvalidClient(Reasons.ClientUnknown), OAuthError.MalformedScope(Reasons.ScopeMalformed)])
        {
            Assert.Equal(error.Description, Describe(environment, error));
        }
    }

    private static string Describe(string environment, OAuthError error) =>
        new GrantRefusals(new HostingEnvironment { EnvironmentName = environment }).Describe(error, Id);
}
