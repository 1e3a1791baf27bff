using System.Diagnostics;
using System.Security.Cryptography;
using OAuthServer.Keys;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Keys;

/// <summary>
/// The AWS CLI, which knows nothing of this server, makes, rotates, promotes and demotes a key at the stand-in, and the
/// server reads what it did. In the long gate, which fetches it.
/// </summary>
public sealed class AwsCliTests
{
    private const string Key = "oauth/jwt-private-key";

    [LongGateFact]
    public async Task What_the_command_line_of_AWS_does_is_what_the_server_reads()
    {
        await using var store = await SecretsManagerServer.StartAsync();
        using var source = new SecretsManagerKeySource(() => store.Connect(), Key);
        var folder = Directory.CreateTempSubdirectory("aws-cli-").FullName;
        try
        {
            await RunAsync(store, "create-secret", "--name", Key, "--secret-string", await PemAsync(folder, "first"));
            var first = Assert.Single((await source.ReadAsync(TestContext.Current.CancellationToken)).Keys);
            Assert.Equal(KeyStage.Current, first.Stage);

            await RunAsync(
                store, "put-secret-value", "--secret-id", Key, "--secret-string", await PemAsync(folder, "next"),
                "--version-stages", "AWSPENDING");
            Assert.Equal([KeyStage.Pending, KeyStage.Current], await StagesAsync(source));

            await MoveAsync(
                store,
                "AWSCURRENT",
                store.Secrets.VersionOf(Key, "AWSCURRENT"),
                store.Secrets.VersionOf(Key, "AWSPENDING"));
            Assert.Contains(KeyStage.Previous, await StagesAsync(source));
            Assert.NotEqual(first.Key.KeyId, await CurrentAsync(source));

            // Back again: the first signs.
            await MoveAsync(
                store,
                "AWSCURRENT",
                store.Secrets.VersionOf(Key, "AWSCURRENT"),
                store.Secrets.VersionOf(Key, "AWSPREVIOUS"));
            Assert.Equal(first.Key.KeyId, await CurrentAsync(source));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<KeyStage[]> StagesAsync(SecretsManagerKeySource source) =>
        [.. (await source.ReadAsync(TestContext.Current.CancellationToken)).Keys.Select(key => key.Stage).Order()];

    private static async Task<string> CurrentAsync(SecretsManagerKeySource source) =>
        (await source.ReadAsync(TestContext.Current.CancellationToken)).Keys.Single(
            key => key.Stage == KeyStage.Current).Key.KeyId;

    private static async Task<string> PemAsync(string folder, string name)
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(folder, name + ".pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        return $"file://{file}";
    }

    private static Task MoveAsync(SecretsManagerServer store, string label, string from, string to) => RunAsync(
        store, "update-secret-version-stage", "--secret-id", Key, "--version-stage", label, "--remove-from-version-id",
        from, "--move-to-version-id", to);

    private static async Task RunAsync(SecretsManagerServer store, params string[] arguments)
    {
        string[] place = ["--endpoint-url", store.Address, "--region", "eu-central-1"];
        var start = new ProcessStartInfo("aws", ["secretsmanager", .. place, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_PAGER"] = "";
        start.Environment["AWS_ACCESS_KEY_ID"] = "AKIDEMO";
        start.Environment["AWS_SECRET_ACCESS_KEY"] = "demo-secret-key";
        using var aws = Process.Start(start)!;
        var error = aws.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await aws.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await error;
        await aws.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(aws.ExitCode == 0, output);
    }
}
