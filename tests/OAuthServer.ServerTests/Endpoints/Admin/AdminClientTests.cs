using System.Net;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.Admin;

/// <summary>Clients by the admin API, by an app of the operators' own.</summary>
public sealed class AdminClientTests(AdminServer server) : IClassFixture<AdminServer>
{
    private static object New(string id, string uri = "https://new.example/cb") => new
    {
        client_id = id,
        name = "New app",
        redirect_uris = new[] { uri },
        allowed_scopes = new[] { "read" },
    };

    [Fact]
    public async Task A_client_is_made_and_read()
    {
        var made = await server.CallAsync("POST /admin/api/clients", New("made"));
        Assert.True(made.Status == HttpStatusCode.Created, made.Body);
        var read = await server.CallAsync("GET /admin/api/clients/made");
        Assert.Equal(HttpStatusCode.OK, read.Status);
        Assert.Equal(made.Tag, read.Tag);
    }
}
