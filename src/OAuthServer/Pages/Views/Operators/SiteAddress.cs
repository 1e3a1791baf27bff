using OAuthServer.Protocol;

namespace OAuthServer.Pages.Views.Operators;

/// <summary>The addresses of records on the operators' site.</summary>
internal static class SiteAddress
{
    public static string OfClient(string id) => $"{Routes.SiteClients}/{Uri.EscapeDataString(id)}";

    public static string OfPerson(Guid id) => $"{Routes.SitePeople}/{id}";

    public static string Why(string correlationId) => $"{Routes.SiteWhy}?id={Uri.EscapeDataString(correlationId)}";
}
