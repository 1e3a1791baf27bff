using OAuthServer.Operators.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Adds the doctor to the services of a server, which it looks at without starting them.</summary>
internal static class DoctorRegistration
{
    private const long LongestAnswer = 1024 * 1024;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Registers every check, in the order in which they are made and printed.</summary>
    /// <param name="probe">Whether the issuer's own address is asked, which needs the network.</param>
    public static IServiceCollection AddDoctor(this IServiceCollection services, bool probe)
    {
        services.AddSingleton<KeyKeeper>();
        services.AddSingleton<ListenAddresses>().AddSingleton<DatabaseFacts>().AddSingleton<SessionKeys>().AddSingleton<Examiner>();
        services.AddSingleton<IDoctorCheck, IssuerCheck>().AddSingleton<IDoctorCheck, ProxyCheck>();
        if (probe)
        {
            services.AddSingleton<HttpMessageInvoker>(_ => new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = ProbeTimeout, MaxResponseContentBufferSize = LongestAnswer });
            services.AddSingleton<IDoctorCheck, ProbeCheck>();
        }

        services.AddSingleton<IDoctorCheck, DatabaseCheck>().AddSingleton<IDoctorCheck, SchemaCheck>().AddSingleton<IDoctorCheck, RightsCheck>();
        services.AddSingleton<IDoctorCheck, ClockCheck>();
        services.AddSingleton<IDoctorCheck, KeyCheck>().AddSingleton<IDoctorCheck, KeyFileCheck>().AddSingleton<IDoctorCheck, PreviousKeyCheck>();
        services.AddSingleton<IDoctorCheck, ClientCheck>();
        services.AddSingleton<IDoctorCheck, SessionKeyCheck>().AddSingleton<IDoctorCheck, SealCheck>().AddSingleton<IDoctorCheck, SweepCheck>();
        return services.AddSingleton<IDoctorCheck, BudgetCheck>();
    }
}
