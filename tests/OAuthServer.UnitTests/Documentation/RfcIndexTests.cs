using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>Keeps docs/rfc-index.md like the sources and the tests. <c>OAUTH_WRITE_DOCS=1</c> rewrites it.</summary>
public sealed class RfcIndexTests
{
    [Fact]
    public void The_page_is_up_to_date() =>
        WrittenPage.AssertIs("docs/rfc-index.md", RfcIndex.Read(MarkdownPage.Root).Write());

    [Fact]
    public void Sections_are_read_in_every_form_that_the_source_has()
    {
        Assert.Equal(
            ["6749 §4.1.2.1", "6749 §5.2", "7009 §2.2.1"],
            Read("/// (RFC 6749 §4.1.2.1, §5.2;\n    /// RFC 7009 §2.2.1)."));
        Assert.Equal(
            ["8252 §7.1", "8252 §7.3", "9068 §5"],
            Read("-- (RFC 8252 sections 7.1, 7.3); RFC 9068 section 5, 12 of them"));
        Assert.Equal(["6749 §2.3.1", "6749 Appendix B"], Read("RFC 6749 §2.3.1, Appendix B. RFC 6749 Appendix B"));
        Assert.Equal(["6749 Appendix A", "6749 Appendix B", "9068"], Read("RFC 6749 Appendices A, B and RFC 9068"));
        Assert.Equal(
            ["6749 §3.2", "6749 Appendix B", "8414 §2"],
            Names(RfcMention.InRow("6749 §3.2, App. B; 8414 §2; v2-1 §1.5; 7523bis §4")));
    }

    [Fact]
    public void Sections_stand_in_the_order_of_their_rfc()
    {
        string[] sections = ["Appendix B", "§10.2", "§4.1.2.1", "§2", "Appendix A.5", "", "§4.1.2"];
        Assert.Equal(
            ["", "§2", "§4.1.2", "§4.1.2.1", "§10.2", "Appendix A.5", "Appendix B"],
            sections.OrderBy(section => new RfcMention(6749, section).Order, StringComparer.Ordinal));
    }

    private static IEnumerable<string> Read(string text) => Names(RfcMention.InText(text));

    private static IEnumerable<string> Names(IEnumerable<RfcMention> mentions) =>
        mentions.Distinct().Select(mention => $"{mention.Rfc} {mention.Section}".TrimEnd());
}
