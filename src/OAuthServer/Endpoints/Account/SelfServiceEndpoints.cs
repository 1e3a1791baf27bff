using OAuthServer.Accounts;
using OAuthServer.RateLimits;

namespace OAuthServer.Endpoints.Account;

/// <summary>The addresses on which people help themselves; what is switched off has none.</summary>
internal static class SelfServiceEndpoints
{
    public static void MapSelfService(this IEndpointRouteBuilder routes)
    {
        var service = routes.ServiceProvider.GetRequiredService<SelfService>();
        // An invitation leads here too, whatever people may do by themselves.
        LinkForm.Reset.Map(routes).RequireBudget(Budget.SignIn);
        if (service.ShowsMails) routes.MapMails();
        if (service.PasswordReset) MailForm.Forgot.Map(routes).RequireBudget(Budget.Mail);
        if (service.AddressChange)
        {
            foreach (var route in routes.MapEmail()) route.RequireBudget(Budget.Mail);
            routes.MapConfirmEmail().RequireBudget(Budget.SignIn);
        }

        if (service.Deletion) routes.MapDelete();
        if (service.Download) routes.MapData();
        if (!service.Registration) return;
        MailForm.Register.Map(routes).RequireBudget(Budget.Mail);
        LinkForm.Confirm.Map(routes).RequireBudget(Budget.SignIn);
    }
}
