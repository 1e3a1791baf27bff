using OAuthServer.Accounts.External;

namespace OAuthServer.UnitTests.Accounts.External;

public sealed class ExternalProviderValidatorTests
{
    [Fact]
    public void The_documented_providers_are_right()
    {
        ExternalProviderOptions[] providers =
        [
            Google(),
            Google(p => (p.Name, p.Issuer) = (
                "entra", "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0")),
            Google(p => (p.Name, p.Kind, p.Issuer) = ("github", ExternalProviderKind.GitHub, "")),
            Google(p => (p.Name, p.Issuer) = ("local", "http://127.0.0.1:8080/realm")),
        ];
        Assert.Empty(Faults(providers));
    }

    [Theory]
    [InlineData("Name", "Google")]
    [InlineData("Name", "")]
    [InlineData("DisplayName", " ")]
    [InlineData("Issuer", "http://accounts.google.com")]
    [InlineData("Issuer", "https://accounts.google.com/?x")]
    [InlineData("Issuer", "https://login.microsoftonline.com/common/v2.0")]
    [InlineData("Issuer", "https://login.microsoftonline.com/{tenantid}/v2.0")]
    [InlineData("ClientId", "")]
    [InlineData("ClientSecret", "")]
    [InlineData("ClientSecretFile", "/nowhere")]
    public void A_fault_begins_with_its_key(string key, string value)
    {
        var provider = Google(p => typeof(ExternalProviderOptions).GetProperty(key)!.SetValue(p, value));
        Assert.NotEmpty(Faults(provider));
        Assert.All(
            Faults(provider),
            fault => Assert.StartsWith("ExternalProviders:Providers:0:" + key[..4], fault, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_and_an_issuer_stand_once()
    {
        var faults = Faults(Google(), Google());
        Assert.Equal(
            [
                "ExternalProviders:Providers:1:Name is that of another provider of the list.",
                "ExternalProviders:Providers:1:Issuer is that of another provider of the list.",
            ],
            faults);
    }

    private static ExternalProviderOptions Google(Action<ExternalProviderOptions>? change = null)
    {
        var provider = new ExternalProviderOptions
        {
            Name = "google",
            DisplayName = "Google",
            Issuer = "https://accounts.google.com",
            ClientId = "us",
            ClientSecret = "secret",
        };
        change?.Invoke(provider);
        return provider;
    }

    private static IEnumerable<string> Faults(params ExternalProviderOptions[] providers) =>
        new ExternalProviderValidator().Validate(null, new ExternalProvidersOptions
        {
            Providers = [.. providers],
        }).Failures ?? [];
}
