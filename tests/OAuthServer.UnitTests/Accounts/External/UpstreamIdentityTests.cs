using System.Security.Claims;
using OAuthServer.Accounts;
using OAuthServer.Accounts.External;

namespace OAuthServer.UnitTests.Accounts.External;

public sealed class UpstreamIdentityTests
{
    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("false", false)]
    [InlineData("1", false)]
    [InlineData(null, false)]
    public void An_address_counts_when_the_provider_says_that_it_is_verified(string? said, bool counts) =>
        Assert.Equal(
            counts, Read(("sub", "s"), ("email", "a@example.com"), ("email_verified", said))!.Address is not null);

    [Fact]
    public void What_is_said_of_an_address_comes_from_where_it_comes_from()
    {
        var torn = Read(
            ("sub", "s"),
            ("email", "victim@example.com"),
            ("userinfo:email", "own@example.com"),
            ("userinfo:email_verified", "true"))!;
        Assert.Null(torn.Address);
        Assert.Equal(
            "own@example.com",
            Read(
                ("sub", "s"),
                ("userinfo:email", "own@example.com"),
                ("userinfo:email_verified", "true"))!.Address!.Text);
    }

    [Theory]
    [InlineData("two@a@example.com")]
    [InlineData("no address")]
    public void An_address_that_no_mail_can_go_to_is_none(string address) =>
        Assert.Null(Read(("sub", "s"), ("email", address), ("email_verified", "true"))!.Address);

    [Fact]
    public void There_is_one_subject_that_can_be_kept()
    {
        Assert.Null(Read(("name", "n")));
        Assert.Null(Read(("sub", "a"), ("sub", "b")));
        Assert.Null(Read(("sub", "a\0")));
        Assert.Null(Read(("sub", new string('a', 256))));
        Assert.NotNull(Read(("sub", new string('a', 255))));
    }

    private static UpstreamIdentity? Read(params (string Type, string? Value)[] claims)
    {
        var identity = new ClaimsIdentity(
            claims.Where(claim => claim.Value is not null).Select(claim => new Claim(claim.Type, claim.Value!)));
        var options = new ExternalProviderOptions { Name = "p", Issuer = "https://p.example" };
        return UpstreamIdentity.Read(
            new ExternalProvider(options), new ClaimsPrincipal(identity), new AddressNormalizer());
    }
}
