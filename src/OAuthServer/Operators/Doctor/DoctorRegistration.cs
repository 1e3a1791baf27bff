using OAuthServer.Hosting;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Operators.Doctor;

/// <summary>Adds the doctor to the services of a server, which it checks without starting them.</summary>
internal static class DoctorRegistration
{
    private const long LongestAnswer = 1024 * 1024;
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Registers every check, in the order in which they are run and printed.</summary>
    /// <param name="services">Those of a server.</param>
    /// <param name="probe">Whether the issuer's own address is asked, which needs the network.</param>
    public static IServiceCollection AddDoctor(this IServiceCollection services, bool probe)
    {
        services.AddSingleton<CheckRunner>();
        services.AddSingleton<ListenAddresses>();
        services.AddSingleton<DatabaseFacts>();
        services.AddSingleton<MigrationRights>();
        services.AddSingleton<SessionKeys>();

        services.AddSingleton<IDoctorCheck, IssuerCheck>();
        services.AddSingleton<IDoctorCheck, ProxyCheck>();
        if (probe) services.AddProbe();
        services.AddSingleton<IDoctorCheck, DatabaseCheck>();
        services.AddSingleton<IDoctorCheck, RightsCheck>();
        services.AddSingleton<IDoctorCheck, SchemaCheck>();
        services.AddSingleton<IDoctorCheck, MigrationCheck>();
        services.AddSingleton<IDoctorCheck, SequenceCheck>();
        services.AddSingleton<IDoctorCheck, ClockCheck>();
        services.AddSingleton<IDoctorCheck, KeyCheck>();
        services.AddSingleton<IDoctorCheck, KeyFileCheck>();
        services.AddSingleton<IDoctorCheck, PreviousKeyCheck>();
        services.AddSingleton<IDoctorCheck, ResourceCheck>();
        services.AddSingleton<IDoctorCheck, ClientCheck>();
        services.AddSingleton<IDoctorCheck, MailCheck>();
        services.AddSingleton<IDoctorCheck, DemoCheck>();
        services.AddSingleton<IDoctorCheck, SessionKeyCheck>();
        services.AddSingleton<IDoctorCheck, SealCheck>();
        services.AddSingleton<IDoctorCheck, RestoreCheck>();
        services.AddSingleton<IDoctorCheck, SweepCheck>();
        services.AddSingleton<IDoctorCheck, BudgetCheck>();
        services.AddSingleton<IDoctorCheck, SharedBudgetCheck>();
        return services;
    }

    private static void AddProbe(this IServiceCollection services)
    {
        services.AddSingleton<HttpMessageInvoker>(_ => CreateHttp());
        services.AddSingleton<IDoctorCheck, ProbeCheck>();
    }

    private static HttpClient CreateHttp()
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false };
        return new HttpClient(handler) { Timeout = ProbeTimeout, MaxResponseContentBufferSize = LongestAnswer };
    }
}
