using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Keys;
using OAuthServer.ServerTests.Fixtures;
using OAuthServer.Testing;
using Serilog.Core;

namespace OAuthServer.ServerTests.Endpoints.Token;

/// <summary>What an operator has to know of token requests that went wrong.</summary>
public sealed class TokenLogTests : IAsyncLifetime
{
    private readonly CollectedLog _log = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await TestServer.StartAsync(new()
        {
            Services = services => services.AddSingleton<ILogEventSink>(_log),
        });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_app_that_exchanges_a_code_twice_is_named()
    {
        var code = await _server.CodeAsync();
        Assert.Equal(HttpStatusCode.OK, (await _server.RedeemAsync(code)).Status);
        Assert.DoesNotContain(
            Messages(), message => message.Contains("exchanged one code twice", StringComparison.Ordinal));

        var again = await _server.RedeemAsync(code);

        var told = Assert.Single(
            Messages(), message => message.Contains("exchanged one code twice", StringComparison.Ordinal));
        Assert.StartsWith("The app \"demo-web\" exchanged one code twice, 00:00:", told, StringComparison.Ordinal);
        Assert.EndsWith(
            $"Correlation id \"{again.Headers.GetValues("X-Correlation-Id").Single()}\"",
            told,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_does_not_sign_is_named()
    {
        var code = await _server.CodeAsync();
        var key = _server.Services.GetRequiredService<KeyRing>().Current!.Signing;
        key.Dispose();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _server.RedeemAsync(code)).Status);

        Assert.Contains(
            $"No access token could be made with key \"{key.KeyId}\"; what was presented stays good.", Messages());
    }

    private IEnumerable<string> Messages() => _log.Events.Select(told => told.Split('\n')[0]);
}
