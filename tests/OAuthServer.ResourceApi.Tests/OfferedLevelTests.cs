using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace OAuthServer.ResourceApi.Tests;

/// <summary>
/// A level that the authorization server does not have is noticed before people are sent there in vain.
/// </summary>
public sealed class OfferedLevelTests
{
    [Theory]
    [InlineData("""["L1"]""", true)]
    [InlineData("null", true)]
    [InlineData("""["L1", "L2"]""", false)]
    [InlineData("""["L1", "L3"]""", false)]
    public async Task A_level_that_is_not_offered_is_in_log_and_health(string offered, bool missing)
    {
        var issuer = await Issuer.StartAsync();
        issuer.Metadata = metadata => metadata["acr_values_supported"] = JsonNode.Parse(offered);
        await using var api = await TestApi.StartAsync(issuer: issuer, map: app =>
        {
            app.MapGet("/level", () => "ok").RequireLevel("L2", "L3");
            app.MapHealthChecks("/health");
        });
        Assert.Equal("Healthy", (await api.GetAsync(null, "/health")).Body);

        await api.GetAsync(api.Token(), "/read");

        var health = await api.GetAsync(null, "/health");
        Assert.Equal((HttpStatusCode.OK, missing ? "Degraded" : "Healthy"), (health.Status, health.Body));
        Assert.Equal(
            missing,
            api.Log.Lines.Any(line => line.Contains("Endpoints demand the level L2 L3", StringComparison.Ordinal)));
    }
}
