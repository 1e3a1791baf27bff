using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>Whom a token speaks for, from the token alone (RFC 9068 §5).</summary>
public sealed class SubjectTests
{
    [Theory, Row("CC-04")]
    [InlineData("reports", "reports", "client")]
    [InlineData("a11ce000-0000-4000-8000-000000000001", "reports", "person")]
    [InlineData("REPORTS", "reports", "person")]
    [InlineData("reports", null, "nobody")]
    [InlineData(null, "reports", "nobody")]
    public void The_subject_tells_a_client_from_a_person(string? subject, string? client, string expected)
    {
        var user = new ClaimsPrincipal(Identity(OAuthBearerExtensions.Scheme, subject, client));

        Assert.Equal(
            (expected == "client", expected == "person"), (user.IsClient(), user.IsPerson()));
    }

    [Theory, Row("CC-04")]
    [InlineData("client-1", "client")]
    [InlineData("user-1", "person")]
    public async Task An_endpoint_asks_the_user_of_its_request(string subject, string said)
    {
        await using var api = await TestApi.StartAsync(map: app =>
            app.MapGet("/whose", (ClaimsPrincipal user) => user.IsClient() ? "client" : user.IsPerson() ? "person" : "")
                .RequireScope("read"));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/whose", UriKind.Relative));
        request.Headers.Authorization = new("Bearer", api.Token(payload => payload["sub"] = subject));

        using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(said, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void What_another_scheme_says_is_no_part_of_the_token()
    {
        var user = new ClaimsPrincipal(
        [
            Identity("Cookies", "reports", "reports"),
            Identity(OAuthBearerExtensions.Scheme, "a11ce000-0000-4000-8000-000000000001", "reports"),
        ]);

        Assert.Equal((false, true), (user.IsClient(), user.IsPerson()));
        var stranger = new ClaimsPrincipal(Identity("Cookies", "reports", "reports"));
        Assert.Equal((false, false), (stranger.IsClient(), stranger.IsPerson()));
        Assert.False(new ClaimsPrincipal().IsPerson());
    }

    private static ClaimsIdentity Identity(string scheme, string? subject, string? client) => new(
        new[] { ("sub", subject), ("client_id", client) }
            .Where(claim => claim.Item2 is not null)
            .Select(claim => new Claim(claim.Item1, claim.Item2!)),
        scheme);
}
