using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// What access tokens are for that carry no scope of an API: the userinfo endpoint. It needs no row of
/// <c>oauth_resources</c>, and pages have its words for people (docs/decisions/034-scopes-of-the-person.md).
/// </summary>
internal static class PersonResource
{
    public static Resource Of(ServerAddress address)
    {
        var url = address.Url(Routes.UserInfo);
        return new Resource(new ResourceRow
        {
            Resource = url,
            Canonical = ResourceUri.Canonical(url)!,
            Name = url,
            Scopes = JsonSerializer.Serialize(PersonScopes.All.ToDictionary(scope => scope)),
        })
        {
            IsPerson = true,
        };
    }
}
