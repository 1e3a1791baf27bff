using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>What is an address that a mail can go to, and that the table of accounts takes.</summary>
public sealed class TypedAddressTests
{
    [Theory]
    [InlineData("alice@example.com", "ALICE@EXAMPLE.COM")]
    [InlineData("  alice+news@example.com ", "ALICE+NEWS@EXAMPLE.COM")]
    [InlineData("jörg@bücher.example", "JÖRG@BÜCHER.EXAMPLE")]
    [InlineData("a@xn--bcher-kva.example", "A@BÜCHER.EXAMPLE")]
    public void An_address_is_read_with_its_form_for_comparison(string typed, string normalized)
    {
        var address = TypedAddress.Read(typed, new AddressNormalizer());
        Assert.Equal((typed.Trim(), normalized), (address?.Text, address?.Normalized));
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("@example.com")]
    [InlineData("a@b@c")]
    [InlineData("a b@example.com")]
    [InlineData("Alice <alice@example.com>")]
    [InlineData("a@example.com,b@example.com")]
    [InlineData("a@example.com\r\nBcc: b@example.com")]
    [InlineData("a\u0000@example.com")]
    [InlineData("a@xn--999999999.example")]
    [InlineData("a@")]
    [InlineData("(x)@example.com")]
    [InlineData("a\u202e@example.com")]
    public void What_is_none_is_refused(string typed) =>
        Assert.Null(TypedAddress.Read(typed, new AddressNormalizer()));

    [Fact]
    public void A_longer_one_than_the_table_takes_is_refused() =>
        Assert.Null(TypedAddress.Read(new string('a', 250) + "@b.example", new AddressNormalizer()));
}
