using System.Globalization;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Samples;

/// <summary>
/// People who come from a published OpenID provider, in a real browser: <c>samples/StockProviders</c>. With the long
/// gate alone.
/// </summary>
public sealed class StockProviderTests
{
    private const string Tenant = "72f988bf-0000-4000-8000-2d7cd011db47";

    [LongGateFact]
    public async Task People_come_from_a_published_provider_to_the_account_that_is_theirs()
    {
        var (port, google, entra) = (LoopbackPort.Free(), LoopbackPort.Free(), LoopbackPort.Free());
        var issuer = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var variables = new Dictionary<string, string> { ["OAuth__Issuer"] = issuer };
        Add(
            variables,
            0,
            "google",
            "Google",
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{google}"));
        Add(
            variables,
            1,
            "entra",
            "Entra",
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{entra}/{Tenant}/v2.0"));
        variables["ExternalProviders__Providers__0__CreateAccounts"] = "true";
        await using var root = new ContentRoot();
        await using var server = await HostProcess.StartAsync(root, variables, port);

        await SampleScript.SucceedsAsync(
            "StockProviders",
            11,
            issuer,
            SampleScript.DatabaseOf(server),
            google.ToString(CultureInfo.InvariantCulture),
            entra.ToString(CultureInfo.InvariantCulture));
    }

    private static void Add(Dictionary<string, string> variables, int index, string name, string display, string issuer)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"ExternalProviders__Providers__{index}__");
        variables[prefix + "Name"] = name;
        variables[prefix + "DisplayName"] = display;
        variables[prefix + "Issuer"] = issuer;
        variables[prefix + "ClientId"] = "us";
        variables[prefix + "ClientSecret"] = "stock-provider-secret";
    }
}
