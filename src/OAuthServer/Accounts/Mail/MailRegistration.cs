using Microsoft.Extensions.Options;
using OAuthServer.Settings;

namespace OAuthServer.Accounts.Mail;

/// <summary>Adds what writes to people.</summary>
internal static class MailRegistration
{
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(MailOptions.Section);
        services.AddOptions<MailOptions, MailOptionsValidator>(section);
        services.AddSingleton(provider => new MailTemplates(
            provider.GetRequiredService<IOptions<MailOptions>>().Value.Templates));
        // Decided by the setting itself: options are checked later, all at once.
        if (string.IsNullOrEmpty(section[nameof(MailOptions.Host)]))
        {
            services.AddSingleton<ShownMails>();
            services.AddSingleton<IMailTransport>(provider => provider.GetRequiredService<ShownMails>());
        }
        else
        {
            services.AddSingleton<IMailTransport, SmtpTransport>();
        }

        services.AddOptions<SelfServiceOptions, SelfServiceOptionsValidator>(
            configuration.GetSection(SelfServiceOptions.Section));
        services.AddSingleton<MailRules>();
        services.AddSingleton<AskedMails>();
        services.AddSingleton<MailState>();
        services.AddSingleton<MailWriter>();
        services.AddSingleton<MailCourier>();
        services.AddSingleton<MailSender>();
        services.AddHostedService<MailDelivery>();
        return services;
    }
}
