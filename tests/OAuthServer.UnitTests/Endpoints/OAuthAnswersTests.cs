using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OAuthServer.Endpoints;
using OAuthServer.Endpoints.Token;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;
using OAuthServer.Settings;
using OAuthServer.UnitTests.Operators.Doctor;

namespace OAuthServer.UnitTests.Endpoints;

/// <summary>Every answer of a form endpoint, byte by byte (RFC 6749 §5.1, §5.2; RFC 6585 §4).</summary>
public sealed class OAuthAnswersTests
{
    private const string NotStored = "Cache-Control: no-store, Pragma: no-cache";

    [Theory]
    [InlineData("next", ",\"refresh_token\":\"next\"")]
    [InlineData(null, "")]
    public async Task A_grant_has_its_tokens_and_is_not_stored(string? refreshToken, string member)
    {
        var (status, headers, body) = await WriteAsync(
            OAuthAnswers.Grant(new IssuedTokens("jwt", 900, refreshToken, "read")));

        Assert.Equal((200, NotStored), (status, headers));
        Assert.Equal(
            $$"""{"access_token":"jwt","token_type":"Bearer","expires_in":900{{member}},"scope":"read"}""", body);
    }

    [Fact]
    public async Task What_is_done_is_an_empty_object() =>
        Assert.Equal((200, NotStored, "{}"), await WriteAsync(OAuthAnswers.Done()));

    [Theory]
    [InlineData(400, "")]
    [InlineData(401, ", WWW-Authenticate: Basic realm=\"OAuthServer\", charset=\"UTF-8\"")]
    [InlineData(403, "")]
    [InlineData(500, "")]
    [InlineData(503, ", Retry-After: 5")]
    public async Task A_refusal_says_what_and_a_challenge_or_when_to_come_back(int status, string more)
    {
        var answer = await WriteAsync(Answers().Refuse(new OAuthError("code", "What was wrong.", "why", status)));

        Assert.Equal((status, NotStored + more, """{"error":"code","error_description":"What was wrong."}"""), answer);
    }

    [Fact]
    public async Task A_limit_says_no_more_than_that_and_its_budget()
    {
        var once = await WriteAsync(Answers("https://docs.example/errors").Refuse(OAuthError.TooManyRequests("why")));
        Assert.Equal((429, NotStored + ", Retry-After: 5", """{"error":"too_many_requests"}"""), once);

        var usedUp = await WriteAsync(
            Answers().Refuse(new BudgetRefusal("why", new BudgetState(100, 0, TimeSpan.FromSeconds(7)))));
        Assert.Equal(
            NotStored + ", RateLimit-Limit: 100, RateLimit-Remaining: 0, RateLimit-Reset: 7, Retry-After: 7",
            usedUp.Headers);
    }

    [Fact]
    public async Task Documentation_is_linked_where_there_is_some_and_an_empty_description_left_out()
    {
        var (_, _, body) = await WriteAsync(
            Answers("https://docs.example/errors").Refuse(new OAuthError("code", "", "why")));

        Assert.Equal("""{"error":"code","error_uri":"https://docs.example/errors#code"}""", body);
    }

    private static OAuthAnswers Answers(string? documentation = null)
    {
        var options = new OAuthOptions { Issuer = "https://as.example.test", ErrorDocumentation = documentation };
        return new OAuthAnswers(new ServerAddress(Options.Create(options)), new GrantRefusals(Checking.Environment()));
    }

    private static async Task<(int Status, string Headers, string Body)> WriteAsync(IResult result)
    {
        using var body = new MemoryStream();
        var http = new DefaultHttpContext { Response = { Body = body } };
        await result.ExecuteAsync(http);

        Assert.Equal("application/json", http.Response.ContentType);
        Assert.Equal(body.Length, http.Response.ContentLength);
        var headers = http.Response.Headers.Where(header => header.Key is not ("Content-Type" or "Content-Length"))
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {header.Value}");
        return (http.Response.StatusCode, string.Join(", ", headers), Encoding.UTF8.GetString(body.ToArray()));
    }
}
