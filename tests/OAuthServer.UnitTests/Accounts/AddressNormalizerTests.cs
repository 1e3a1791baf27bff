using OAuthServer.Accounts;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>One address in all the forms in which it can be typed.</summary>
public sealed class AddressNormalizerTests
{
    private readonly AddressNormalizer _addresses = new();

    [Theory]
    [InlineData("alice@example.com", "ALICE@EXAMPLE.COM")]
    [InlineData("jose\u0301@example.com", "JOS\u00c9@EXAMPLE.COM")]
    [InlineData("anna@xn--bcher-kva.example", "ANNA@B\u00dcCHER.EXAMPLE")]
    [InlineData("anna@mail.XN--BCHER-KVA.example", "ANNA@MAIL.B\u00dcCHER.EXAMPLE")]
    [InlineData("anna@bu\u0308cher.example", "ANNA@B\u00dcCHER.EXAMPLE")]
    [InlineData("xn--bcher-kva@example.com", "XN--BCHER-KVA@EXAMPLE.COM")]
    [InlineData("a@b@xn--bcher-kva.example", "A@B@B\u00dcCHER.EXAMPLE")]
    [InlineData("anna@xn--.example", "ANNA@XN--.EXAMPLE")]
    [InlineData("anna@xn--a.example", "ANNA@XN--A.EXAMPLE")]
    [InlineData("anna@xn--bcher-kva_.example", "ANNA@XN--BCHER-KVA_.EXAMPLE")]
    [InlineData("xn--bcher-kva.example", "B\u00dcCHER.EXAMPLE")]
    [InlineData("", "")]
    [InlineData(null, null)]
    public void An_address_has_one_form(string? typed, string? form)
    {
        Assert.Equal(form, _addresses.NormalizeEmail(typed));
        Assert.Equal(form, _addresses.NormalizeEmail(form));
    }

    [Fact]
    public void A_name_is_no_address() =>
        Assert.Equal("X@XN--BCHER-KVA.EXAMPLE", _addresses.NormalizeName("x@xn--bcher-kva.example"));
}
