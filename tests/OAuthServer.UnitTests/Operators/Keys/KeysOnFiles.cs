using System.Text.Json;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Keys;

namespace OAuthServer.UnitTests.Operators.Keys;

/// <summary>Runs <c>OAuthServer keys</c> on files of its own.</summary>
internal sealed class KeysOnFiles : IDisposable
{
    private static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly TemporaryDirectory _folder = new();

    public string Folder => _folder.Path;

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Snake)!;

    public string File(string name) => _folder.File(name);

    public Task<CommandRun> RunAsync(params string[] arguments) => RunOnAsync(null, arguments);

    public Task<CommandRun> RunOnAsync(string? connectionString, params string[] arguments)
    {
        var commands = CommandLine.On(connectionString);
        commands.Settings["SigningKeys:Source"] = "File";
        commands.Settings["SigningKeys:Directory"] = Folder;
        return commands.RunAsync(arguments, TestContext.Current.CancellationToken);
    }

    public async Task<Row[]> ListAsync() => Read<Row[]>((await RunAsync("keys", "list", "--json")).Output);

    /// <summary>Leaves a current key and a previous one.</summary>
    public async Task RotateAsync()
    {
        foreach (var arguments in (string[][])[["generate"], ["generate"], ["promote", "--force"]])
            Assert.Equal(0, (await RunAsync(["keys", .. arguments])).Code);
    }

    public void Dispose() => _folder.Dispose();

    public sealed record Change(bool Done, string? Kid, DateTimeOffset? NotBefore, string Message);

    public sealed record Row(string Kid, string Stage, DateTimeOffset? CreatedAt, long? AgeSeconds);
}
