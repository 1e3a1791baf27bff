using System.Runtime.InteropServices;

namespace OAuthServer.Keys;

/// <summary>
/// Reads the keys again at once on SIGHUP. In Development the signal goes on ending the server: it is what a terminal
/// sends when its window is closed. Windows has no such signal.
/// </summary>
internal sealed class ReloadSignal(KeyRefresher refresher, IHostEnvironment environment) : IHostedService, IDisposable
{
    private PosixSignalRegistration? _registration;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || environment.IsDevelopment()) return Task.CompletedTask;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            refresher.Ask();
        });
        return Task.CompletedTask;
    }

    /// <summary>The signal stays harmless while the server stops.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registration?.Dispose();
}
