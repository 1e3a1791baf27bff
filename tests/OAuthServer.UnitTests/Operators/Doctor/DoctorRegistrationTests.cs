using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class DoctorRegistrationTests
{
    [Fact]
    public void The_probe_waits_ten_seconds_and_reads_a_mebibyte()
    {
        using var services = new ServiceCollection().AddDoctor(probe: true).BuildServiceProvider();

        var http = Assert.IsType<HttpClient>(services.GetRequiredService<HttpMessageInvoker>());

        Assert.Equal(TimeSpan.FromSeconds(10), http.Timeout);
        Assert.Equal(1_048_576, http.MaxResponseContentBufferSize);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_network_is_asked_when_it_was_said(bool probe)
    {
        var services = new ServiceCollection().AddDoctor(probe);

        Assert.Equal(probe, services.Any(service => service.ImplementationType == typeof(ProbeCheck)));
        Assert.Equal(probe, services.Any(service => service.ServiceType == typeof(HttpMessageInvoker)));
    }
}
