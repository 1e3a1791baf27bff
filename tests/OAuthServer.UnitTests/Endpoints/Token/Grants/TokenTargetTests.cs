using OAuthServer.Clients;
using OAuthServer.Endpoints.Token.Grants;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Endpoints.Token.Grants;

/// <summary>Which API an access token is for (RFC 8707 §2.2).</summary>
public sealed class TokenTargetTests
{
    private const string Main = "https://main.example/";
    private const string Files = "https://files.example/";

    private static readonly Client App = new(
        new ClientRow
        {
            ClientId = "app",
            Name = "App",
            ApplicationType = "web",
            RedirectUris = [],
            AllowedScopes = ["read", "files"],
            DefaultScopes = [],
            GrantTypes = [],
            AllowedResources = [Files],
        },
        new ResourceList(
        [
            Apis.Row("https://main.example", "read", "write") with { IsDefault = true },
            Apis.Row("https://files.example", "files", "read") with { AccessTokenLifetime = TimeSpan.FromMinutes(5) },
            Apis.Row("https://other.example", "other"),
        ]));

    [Theory]
    [InlineData("", null)]
    [InlineData("https://files.example", Files)]
    [InlineData("https://files.example https://FILES.example/", Files)]
    [InlineData("https://files.example https://main.example", "resource_several")]
    [InlineData("https://other.example", "resource_not_allowed")]
    public void A_request_names_one_API_or_none(string named, string? expected)
    {
        var failed = TokenTarget.Read(App, named.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Failed(out var refusal, out var target);
        Assert.Equal(expected ?? string.Empty, failed ? refusal!.Reason : target);
    }

    [Theory]
    [InlineData(null, Main, null)]
    [InlineData(Main, Main, null)]
    [InlineData(Files, Main, Reasons.ResourceExceedsGrant)]
    [InlineData(null, Main + " " + Files, Reasons.ResourceMissing)]
    [InlineData(Files, Main + " " + Files, null)]
    [InlineData(null, "https://other.example/", Reasons.ResourceNotAllowed)]
    [InlineData(null, "https://gone.example/", Reasons.ResourceUnknown)]
    [InlineData(null, "", Reasons.ResourceUnknown)]
    public void The_API_is_one_of_the_grant(string? asked, string granted, string? reason)
    {
        var fault = TokenTarget.Fault(App, asked, granted.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((reason is null ? null : "invalid_target", reason), (fault?.Code, fault?.Reason));
    }

    [Fact]
    public void The_token_has_the_API_s_audience_scopes_and_lifetime()
    {
        var access = new GrantedAccess(Guid.Empty, Guid.Empty, "write read files") { Resource = Files };
        var narrowed = TokenTarget.Narrow(App, access, access.Scope);
        Assert.Equal(
            ("read files", "https://files.example", TimeSpan.FromMinutes(5)),
            (narrowed.Scope, narrowed.Audience, narrowed.Lifetime));
        Assert.True(TokenTarget.HasScope(App, Files, Scope.OfGrant("files")));
        Assert.False(TokenTarget.HasScope(App, Main, Scope.OfGrant("files write")));
    }
}
