using OAuthServer.Pages;
using OAuthServer.Protocol;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Admin.Site;

/// <summary>The routes of the operators' site (docs/operations/admin-api.md).</summary>
internal static class SiteEndpoints
{
    public static IServiceCollection AddSite(this IServiceCollection services)
    {
        services.AddSingleton<OperatorPages>();
        services.AddSingleton<SiteClient>();
        services.AddSingleton<SiteCookies>();
        services.AddSingleton<SiteSignIn>();
        services.AddSingleton<SiteGuard>();
        services.AddSingleton<ClientsSite>();
        services.AddSingleton<PeopleSite>();
        services.AddSingleton<RecordsSite>();
        return services;
    }

    public static void MapSite(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        routes.MapSiteStyleSheet();
        var pages = routes.MapGroup("");
        pages.RequireBudget(Budget.Admin).AddEndpointFilter<IEndpointConventionBuilder, SessionKeyFilter>();
        pages.MapWayIn(services.GetRequiredService<SiteSignIn>(), services.GetRequiredService<SiteGuard>());
        pages.MapClients(services.GetRequiredService<ClientsSite>());
        pages.MapPeople(services.GetRequiredService<PeopleSite>());
        pages.MapRecords(services.GetRequiredService<RecordsSite>());
    }

    private static void MapWayIn(this IEndpointRouteBuilder routes, SiteSignIn signIn, SiteGuard guard)
    {
        routes.MapGet(Routes.SiteSignIn, signIn.StartAsync).WithName("site.sign_in");
        routes.MapGet(Routes.SiteSignedIn, signIn.FinishAsync).WithName("site.signed_in");
        routes.MapPost(Routes.SiteSignOut, SignOutAsync).WithName("site.sign_out");

        Task<IResult> SignOutAsync(HttpContext http, CancellationToken ct) => guard.SignOutAsync(http);
    }

    private static void MapClients(this IEndpointRouteBuilder routes, ClientsSite clients)
    {
        const string One = Routes.SiteClients + "/{client_id}";
        routes.MapGet(Routes.SiteClients, clients.ListAsync).WithName("site.clients");
        routes.MapGet(One, clients.ShowAsync).WithName("site.client");
        routes.MapPost($"{One}/rotate-secret", clients.RotateAsync).WithName("site.client.rotate");
        routes.MapPost($"{One}/disable", clients.DisableAsync).WithName("site.client.disable");
        routes.MapPost($"{One}/enable", clients.EnableAsync).WithName("site.client.enable");
    }

    private static void MapPeople(this IEndpointRouteBuilder routes, PeopleSite people)
    {
        const string One = Routes.SitePeople + "/{account_id}";
        routes.MapGet(Routes.SitePeople, people.SearchAsync).WithName("site.people");
        routes.MapGet(One, people.ShowAsync).WithName("site.person");
        routes.MapPost($"{One}/disable", people.DisableAsync).WithName("site.person.disable");
        routes.MapPost($"{One}/enable", people.EnableAsync).WithName("site.person.enable");
        routes.MapPost($"{One}/unlock", people.UnlockAsync).WithName("site.person.unlock");
        routes.MapPost($"{One}/sign-out", people.SignOutAsync).WithName("site.person.sign_out");
        routes.MapPost($"{One}/mail-link", people.MailLinkAsync).WithName("site.person.mail_link");
        routes.MapPost($"{One}/new-password", people.NewPasswordAsync).WithName("site.person.new_password");
        routes.MapPost($"{One}/remove-factors", people.RemoveFactorsAsync).WithName("site.person.remove_factors");
        routes.MapPost($"{One}/sessions/{{session_id}}/end", people.EndSessionAsync).WithName("site.session.end");
    }

    private static void MapRecords(this IEndpointRouteBuilder routes, RecordsSite records)
    {
        routes.MapGet(Routes.Site, records.HomeAsync).WithName("site.home");
        routes.MapGet(Routes.SiteEvents, records.EventsAsync).WithName("site.events");
        routes.MapGet(Routes.SiteWhy, records.WhyAsync).WithName("site.why");
        routes.MapGet(Routes.SiteKeys, records.KeysAsync).WithName("site.keys");
    }
}
