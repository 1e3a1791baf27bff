using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>An API with several identifiers: each of them is an audience, and nothing near one of them.</summary>
public sealed class AudienceTests : IAsyncLifetime
{
    private const string Files = "https://api.example/files";

    private TestApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await TestApi.StartAsync(
        options =>
        {
            options.AdditionalAudiences.Add(Files);
            options.AdditionalAudiences.Add("urn:example:notes");
        },
        map: app =>
        {
            app.MapProtectedResourceMetadata(Files);
            app.MapGet("/files/{id}", (string id) => id).RequireScope("files");
        });

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("\"https://api.example/v1/x\"")]
    [InlineData("\"https://api.example/files\"")]
    [InlineData("\"urn:example:notes\"")]
    [InlineData("[\"https://other.example\",\"urn:example:notes\"]")]
    public async Task A_token_for_any_of_its_audiences_is_accepted(string audience) =>
        Expect.Ok(await SendAsync(audience));

    [Theory]
    [InlineData("\"https://other.example\"")]
    [InlineData("\"https://api.example\"")]
    [InlineData("\"https://api.example/files/\"")]
    [InlineData("\"https://api.example/Files\"")]
    [InlineData("\"https://api.example/files/1\"")]
    [InlineData("\"https://api.example/v1/x/\"")]
    [InlineData("\"urn:example:notes \"")]
    [InlineData("\"urn:example\"")]
    [InlineData("\"https://api.example/v1/x https://api.example/files\"")]
    [InlineData("[\"https://other.example\",\"https://api.example/file\"]")]
    [InlineData("[\"https://api.example/files\",1]")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task A_token_for_none_of_them_is_refused(string audience) =>
        Expect.InvalidToken(await SendAsync(audience));

    [Fact]
    public async Task Without_more_audiences_the_one_alone_counts()
    {
        await using var api = await TestApi.StartAsync();
        Expect.InvalidToken(await api.GetAsync(api.Token(payload => payload["aud"] = Files)));
        Expect.Ok(await api.GetAsync(api.Token()));
    }

    [Theory]
    [InlineData("/read", TestApi.MetadataAddress, TestApi.Audience)]
    [InlineData("/files/1", "https://api.example/.well-known/oauth-protected-resource/files", Files)]
    public async Task Each_resource_keeps_the_document_that_its_challenges_lead_to(
        string path, string metadata, string resource)
    {
        var refused = await _api.GetAsync(_api.Token(payload => payload["aud"] = "https://other.example"), path);
        Assert.Contains(
            $"realm=\"{resource}\", resource_metadata=\"{metadata}\"", refused.Challenge, StringComparison.Ordinal);
        using var document = JsonDocument.Parse((await _api.GetAsync(null, new Uri(metadata).AbsolutePath)).Body);
        Assert.Equal(resource, document.RootElement.GetProperty("resource").GetString());
    }

    private Task<Reply> SendAsync(string audience) =>
        _api.GetAsync(_api.Token(payload => payload["aud"] = JsonNode.Parse(audience)));
}
