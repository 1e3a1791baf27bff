using System.Globalization;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Samples;

/// <summary>
/// Published libraries and gateways, as they are, against a running server: <c>samples/StockClients</c>.
/// </summary>
public sealed class StockClientTests
{
    private static readonly (string Name, int Capabilities)[] Every =
        [("dotnet", 11), ("gateway", 10), ("node", 38), ("apps", 5), ("spa", 7), ("aspnet", 8), ("apache", 3)];

    public static TheoryData<string, int> Parts =>
        [.. Every.Select(part => new TheoryDataRow<string, int>(part.Name, part.Capabilities))];

    [LongGateTheory]
    [MemberData(nameof(Parts))]
    public async Task What_is_published_works_with_a_server_that_was_started_as_the_sample_says(
        string part, int capabilities)
    {
        var port = LoopbackPort.Free();
        var issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        await using var root = new ContentRoot();
        await using var server = await HostProcess.StartAsync(root, new() { ["OAuth__Issuer"] = issuer }, port);

        await SampleScript.SucceedsAsync("StockClients", capabilities, issuer, SampleScript.DatabaseOf(server), part);
    }
}
