using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>
/// What access tokens are for that carry no scope of an API: the userinfo endpoint. It needs no row of
/// <c>oauth_resources</c> (docs/decisions/034-scopes-of-the-person.md).
/// </summary>
internal static class PersonResource
{
    // In plain words, for the consent page.
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        [PersonScopes.OpenId] = "Know that it is you, and when you signed in",
        [PersonScopes.Profile] = "See your name, picture and the other details of your profile",
        [PersonScopes.Email] = "See your e-mail address",
        [PersonScopes.Phone] = "See your phone number",
        [PersonScopes.Address] = "See your postal address",
        [PersonScopes.OfflineAccess] = "Keep its access while you are signed out",
    };

    public static Resource Of(ServerAddress address)
    {
        var url = address.Url(Routes.UserInfo);
        return new Resource(new ResourceRow
        {
            Resource = url,
            Canonical = ResourceUri.Canonical(url)!,
            Name = "Your account",
            Scopes = JsonSerializer.Serialize(Words),
        });
    }
}
