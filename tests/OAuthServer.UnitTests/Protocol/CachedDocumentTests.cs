using System.Text;
using OAuthServer.Protocol;

namespace OAuthServer.UnitTests.Protocol;

public sealed class CachedDocumentTests
{
    /// <summary>The first 128 bits of SHA-256 of nothing, and of "abc" (FIPS 180-2).</summary>
    [Theory]
    [InlineData("", "\"47DEQpj8HBSa-_TImW-5JA\"")]
    [InlineData("abc", "\"ungWv48Bz-pBQUDeXa4iIw\"")]
    public void The_entity_tag_is_half_of_the_hash_in_quotes(string body, string tag) =>
        Assert.Equal(tag, CachedDocument.Of(Encoding.ASCII.GetBytes(body)).ETag);
}
