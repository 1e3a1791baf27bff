using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using OAuthServer.Protocol;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Protocol;

/// <summary>Strict reading of form-encoded parameters (RFC 6749 Appendix B).</summary>
public sealed class ParametersTests
{
    // Every code point that can stand in a string alone: no halves of surrogate pairs.
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char['\0', '\u007f'], Gen.Char['\u0080', '\ud7ff'], Gen.Char['\ue000', '\uffff'])
        .Array[0, 12].Select(characters => new string(characters));

    private static readonly Gen<(string Name, string Value)[]> Pairs = Gen.Select(Text, Text).Array[0, 12];

    [Fact]
    public void Encoding_and_then_reading_gives_the_same_pairs() =>
        Gen.Select(Pairs, Gen.UInt).Sample((pairs, choice) =>
        {
            var encoded = string.Join(
                '&', pairs.Select(pair => Encode(pair.Name, choice) + "=" + Encode(pair.Value, choice >> 7)));
            Assert.True(Parameters.TryParse(Encoding.ASCII.GetBytes(encoded), out var parameters));
            Assert.Equal(pairs, Decode(parameters.ToQuery()));
            foreach (var group in pairs.GroupBy(pair => pair.Name, StringComparer.Ordinal))
            {
                Assert.Equal(group.Count(), parameters.Count(group.Key));
                Assert.Equal(group.First().Value is "" ? null : group.First().Value, parameters[group.Key]);
            }
        }, iter: Effort.Cases(2_000));

    [Fact]
    public void No_bytes_at_all_make_reading_throw() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        if (!Parameters.TryParse(bytes, out var parameters)) return;
        Assert.True(Parameters.TryParse(Encoding.ASCII.GetBytes(parameters.ToQuery().TrimStart('?')), out var again));
        Assert.Equal(parameters.ToQuery(), again.ToQuery());
    }, iter: Effort.Cases(5_000));

    [Theory]
    [InlineData("a=b", "b")]
    [InlineData("a=b+c", "b c")]
    [InlineData("a=b%20c", "b c")]
    [InlineData("a=b%2Bc", "b+c")]
    [InlineData("a=b%2bc", "b+c")]
    [InlineData("a=b=c", "b=c")]
    [InlineData("a=%3D%26%25", "=&%")]
    [InlineData("a=%C3%A9", "é")]
    [InlineData("a=%F0%9F%94%91", "\U0001f511")]
    [InlineData("%61=b", "b")]
    [InlineData("&&a=b&", "b")]
    [InlineData("A=x&a=b", "b")]
    [InlineData("a=b;c=d", "b;c=d")]
    [InlineData("a=", null)]
    [InlineData("a", null)]
    [InlineData("", null)]
    [InlineData("A=b", null)]
    [InlineData("a[]=b", null)]
    [InlineData("a=b&a=c", "b")]
    public void A_value_is_decoded_once(string encoded, string? expected)
    {
        Assert.True(Parameters.TryParse(Encoding.UTF8.GetBytes(encoded), out var parameters));
        Assert.Equal(expected, parameters["a"]);
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    [InlineData("a=%4g")]
    [InlineData("a=%%41")]
    [InlineData("a=%u0041")]
    [InlineData("%=b")]
    [InlineData("b=ok&a=%")]
    [InlineData("a=%FF")]
    [InlineData("a=%C3")]
    [InlineData("a=%C3%28")]
    [InlineData("a=%C0%80")]
    [InlineData("a=%E0%80%AF")]
    [InlineData("a=%ED%A0%80")]
    [InlineData("a=%F4%90%80%80")]
    public void A_broken_escape_or_broken_UTF8_fails_the_whole(string encoded) =>
        Assert.False(Parameters.TryParse(Encoding.ASCII.GetBytes(encoded), out _));

    [Fact]
    public void Raw_bytes_that_are_not_UTF8_fail_the_whole() =>
        Assert.False(Parameters.TryParse([(byte)'a', (byte)'=', 0xE9], out _));

    [Theory]
    [InlineData(Parameters.MostParameters, true)]
    [InlineData(Parameters.MostParameters + 1, false)]
    public void The_number_of_parameters_is_bounded(int count, bool read) =>
        Assert.Equal(
            read,
            Parameters.TryParse(Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Repeat("a=b", count))), out _));

    [Theory]
    [InlineData("a=1&b=2", null)]
    [InlineData("a=1&b=2&a=1", "a")]
    [InlineData("b=&a=1&b=", "b")]
    [InlineData("c=1&c=2", null)]
    [InlineData("A=1&a=1", null)]
    public void A_repeated_known_parameter_is_named(string encoded, string? repeated)
    {
        Assert.True(Parameters.TryParse(Encoding.ASCII.GetBytes(encoded), out var parameters));
        Assert.Equal(repeated, parameters.Repeated("a", "b"));
    }

    [Theory]
    [InlineData("a=1234", false)]
    [InlineData("a=12345", true)]
    [InlineData("long=12345", false)]
    [InlineData("a=%00", true)]
    [InlineData("a=%0D%0A", true)]
    [InlineData("a=%1B", true)]
    [InlineData("a=%7F", true)]
    [InlineData("%00=a", true)]
    [InlineData("a=+", false)]
    [InlineData("a=%C3%A9", false)]
    public void Control_characters_and_long_values_are_seen(string encoded, bool unreadable)
    {
        Assert.True(Parameters.TryParse(Encoding.ASCII.GetBytes(encoded), out var parameters));
        Assert.Equal(unreadable, parameters.HasUnreadable(4, "long"));
    }

    [Fact]
    public void The_query_leaves_out_what_it_is_told_to()
    {
        Assert.True(Parameters.TryParse("a=1&b=2&a=3&c=x+y"u8, out var parameters));
        Assert.Equal("?b=2&c=x%20y", parameters.ToQuery("a"));
        Assert.Equal(string.Empty, parameters.ToQuery("a", "b", "c"));
    }

    [Fact]
    public void A_parameter_that_may_be_repeated_has_all_its_values_and_can_be_set_to_others()
    {
        Assert.True(Parameters.TryParse("r=1&b=2&r=3&r=&R=4"u8, out var parameters));
        Assert.Equal(["1", "3"], parameters.All("r"));
        Assert.Empty(parameters.All("c"));
        Assert.Equal("?b=2&R=4&r=5&r=6", parameters.With("r", "5", "6").ToQuery());
        Assert.Equal("?b=2&R=4", parameters.With("r").ToQuery());
    }

    [Fact]
    public void Printing_shows_no_value()
    {
        Assert.True(Parameters.TryParse("client_secret=demo-value"u8, out var parameters));
        Assert.Equal("1 parameters", parameters.ToString());
    }

    // Each byte is escaped or, where it may stand as it is, left alone: both are right encodings.
    private static string Encode(string text, uint choice)
    {
        var encoded = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            choice = (choice * 1664525) + 1013904223;
            var plain = char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_';
            if (plain && choice % 3 != 0) encoded.Append((char)b);
            else if (b == ' ' && choice % 2 == 0) encoded.Append('+');
            else encoded.Append('%').Append(b.ToString(choice % 5 == 0 ? "x2" : "X2", CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    private static (string Name, string Value)[] Decode(string query) => query.Length == 0
        ? []
        : [.. query[1..].Split('&').Select(pair => pair.Split('=', 2)).Select(
            pair => (WebUtility.UrlDecode(pair[0]), WebUtility.UrlDecode(pair[1])))];
}
