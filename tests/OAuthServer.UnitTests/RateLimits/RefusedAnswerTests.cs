using Microsoft.AspNetCore.Http;
using OAuthServer.RateLimits;

namespace OAuthServer.UnitTests.RateLimits;

public sealed class RefusedAnswerTests
{
    [Theory]
    [InlineData(200, false)]
    [InlineData(303, false)]
    [InlineData(399, false)]
    [InlineData(400, true)]
    [InlineData(401, true)]
    [InlineData(428, true)]
    [InlineData(429, false)]
    [InlineData(430, true)]
    [InlineData(499, true)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public void A_refusal_is_known_by_its_status_or_by_its_mark(int status, bool refused)
    {
        var http = new DefaultHttpContext { Response = { StatusCode = status } };
        Assert.Equal(refused, RefusedAnswer.Is(http));

        RefusedAnswer.Set(http);
        Assert.True(RefusedAnswer.Is(http));
    }
}
