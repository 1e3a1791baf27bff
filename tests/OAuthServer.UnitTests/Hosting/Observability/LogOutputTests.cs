using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OAuthServer.Hosting.Observability;
using Serilog;

namespace OAuthServer.UnitTests.Hosting.Observability;

/// <summary>Several hosts of one process, as in tests, keep their lines apart.</summary>
public sealed class LogOutputTests
{
    [Fact]
    public void A_host_leaves_the_logger_of_the_process_alone()
    {
        var before = Log.Logger;
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddLogOutput(builder.Configuration);

        using var host = builder.Build();
        _ = host.Services.GetRequiredService<ILoggerFactory>();

        Assert.Same(before, Log.Logger);
    }
}
