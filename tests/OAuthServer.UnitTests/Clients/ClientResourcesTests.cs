using System.Globalization;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Clients;

/// <summary>Which APIs a client may ask for, and with which scopes.</summary>
public sealed class ClientResourcesTests
{
    private static readonly ResourceList Known = new(
    [
        Apis.Row("https://main.example", "read", "write") with { IsDefault = true },
        Apis.Row("https://Files.example/v1", "files", "read"),
        Apis.Row("https://other.example", "other"),
        Apis.Row("https://off.example", "off") with { DisabledAt = DateTimeOffset.UnixEpoch },
    ]);

    private static readonly Client App = new(
        new ClientRow
        {
            ClientId = "app",
            Name = "App",
            ApplicationType = "web",
            RedirectUris = [],
            AllowedScopes = ["read", "files", "off", "unheard-of"],
            DefaultScopes = [],
            GrantTypes = [],
            AllowedResources = ["HTTPS://files.example/v1", "https://off.example/", "https://gone.example"],
        },
        Known);

    [Fact]
    public void The_default_and_what_its_row_lists_in_any_spelling_with_the_scopes_that_both_have()
    {
        Assert.Equal(["https://files.example/v1", "https://main.example/"], App.Resources.Names);
        Assert.Equal(["read files", "read"], App.Resources.Scopes);
        Assert.Equal("https://main.example", App.Resources.Default!.Identifier);
    }

    [Fact]
    public void Named_ones_come_once_each_and_in_one_order()
    {
        Assert.False(App.Resources.Read(["https://main.example/", "https://FILES.example/v1", "https://main.example"])
            .Failed(out _, out var apis));
        Assert.Equal(["https://Files.example/v1", "https://main.example"], apis!.Select(api => api.Identifier));
        Assert.False(App.Resources.Read([]).Failed(out _, out var none));
        Assert.Empty(none!);
    }

    [Theory]
    [InlineData("relative", Reasons.ResourceMalformed)]
    [InlineData("https://other.example", Reasons.ResourceNotAllowed)]
    [InlineData("https://off.example", Reasons.ResourceUnknown)]
    [InlineData("https://gone.example", Reasons.ResourceUnknown)]
    [InlineData("https://files.example", Reasons.ResourceUnknown)]
    public void What_cannot_be_had_is_refused(string named, string reason)
    {
        Assert.True(App.Resources.Read(["https://main.example", named]).Failed(out var refusal, out _));
        Assert.Equal(("invalid_target", reason), (refusal!.Code, refusal.Reason));
    }

    [Fact]
    public void A_list_has_the_scopes_of_what_is_not_disabled_and_is_known_by_its_rows()
    {
        Assert.Equal(["files", "other", "read", "write"], Known.Scopes);
        Assert.Equal("OFF", Known.Find("https://off.example/")!.Describe("off", CultureInfo.InvariantCulture));
        Assert.Equal("gone", Known.Find("https://off.example/")!.Describe("gone", CultureInfo.InvariantCulture));
        ResourceRow[] rows = [Apis.Row("https://main.example", "read")];
        Assert.True(new ResourceList(rows).IsOf([Apis.Row("https://main.example", "read")]));
        Assert.False(new ResourceList(rows).IsOf([Apis.Row("https://main.example", "write")]));
    }

    [Fact]
    public void A_client_beside_the_same_list_is_the_same()
    {
        Assert.Same(App, App.With(Known));
        Assert.Empty(App.With(new ResourceList([])).Resources.Names);
    }
}
