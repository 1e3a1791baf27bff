using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting;

/// <summary>SIGHUP to a host that runs as in production, and whose next poll is a day away.</summary>
public sealed class ReloadSignalTests(ContentRoot root) : IClassFixture<ContentRoot>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private string Keys => Path.Combine(root.Path, "keys");

    [Fact]
    public async Task The_signal_brings_every_change_of_the_keys_at_once_and_is_harmless_without_a_store()
    {
        if (OperatingSystem.IsWindows()) return;
        await using var database = await TestData.CreateDatabaseAsync();
        var variables = Variables(database);
        Directory.CreateDirectory(Keys);
        KeyFolder.Fill(Keys);
        await using var host = await HostProcess.StartAsync(root, variables);
        host.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var leaked = Assert.Single(await PublishedAsync(host));

        var pending = await KeysAsync(variables, "generate");
        await host.SignalAsync("HUP");
        await UntilPublishedAsync(host, leaked, pending);
        await Eventually.BecomesTrue(
            () =>
                Task.FromResult(
                    host.Output.Split('\n')
                        .Any(line => line.Contains("Asked to read the signing keys again", StringComparison.Ordinal)
                            && line.Contains($"Current {leaked}, Pending {pending}", StringComparison.Ordinal))),
            Patience,
            "the log says what was found");

        // One command, one signal, and a key that leaked is gone while it was the one that signs.
        Assert.Equal(leaked, await KeysAsync(variables, "retire", "--kid", leaked, "--force"));
        await host.SignalAsync("HUP");
        await UntilPublishedAsync(host, pending);

        Directory.Move(Keys, Keys + "-away");
        await File.WriteAllTextAsync(Keys, "no folder", TestContext.Current.CancellationToken);
        await host.SignalAsync("HUP");
        await Eventually.BecomesTrue(
            () =>
                Task.FromResult(host.Output.Contains("Signing keys could not be refreshed", StringComparison.Ordinal)),
            Patience,
            "the log says why not");
        Assert.True(host.IsAlive);
        Assert.Equal([pending], await PublishedAsync(host));

        Assert.Equal(0, await host.EndAsync("TERM"));
    }

    private Dictionary<string, string> Variables(TestDatabase database) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ConnectionStrings__OAuthServer"] = database.ConnectionString,
        ["OAuth__Issuer"] = TestServer.Issuer,
        ["SigningKeys__Source"] = "File",
        ["SigningKeys__Directory"] = Keys,
        ["SigningKeys__PollInterval"] = "1.00:00:00",
        ["SigningKeys__PublishBeforeSigning"] = "3.00:00:00",
        ["ForwardedHeaders__KnownProxies__0"] = "127.0.0.1",
    };

    /// <summary>Runs the command in a process of its own; the answer is the key that it changed.</summary>
    private async Task<string> KeysAsync(Dictionary<string, string> variables, params string[] arguments)
    {
        var ended = await HostProcess.RunAsync(root, variables, ["keys", .. arguments, "--json"]);
        Assert.True(ended.ExitCode == 0, ended.Output + ended.Error);
        using var change = JsonDocument.Parse(ended.Output);
        return change.RootElement.GetProperty("kid").GetString()!;
    }

    private static async Task<IReadOnlyList<string>> PublishedAsync(HostProcess host)
    {
        var keys = new JsonWebKeySet(
            await host.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative)));
        return [.. keys.Keys.Select(key => key.Kid)];
    }

    private static Task UntilPublishedAsync(HostProcess host, params string[] keys) =>
        Eventually.BecomesTrue(
            async () => (await PublishedAsync(host)).SequenceEqual(keys), Patience, "the JWK Set has changed");
}
