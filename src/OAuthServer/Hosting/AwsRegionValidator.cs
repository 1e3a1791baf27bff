using OAuthServer.Keys;
using OAuthServer.Settings;

namespace OAuthServer.Hosting;

/// <summary>
/// Secrets Manager is reached in a region; without one the server would fail later and less clearly.
/// </summary>
internal sealed class AwsRegionValidator(IConfiguration configuration) : OptionsValidator<SigningKeyOptions>
{
    /// <inheritdoc/>
    protected override IEnumerable<string?> Faults(SigningKeyOptions options) =>
    [
        Rule(
            options.Source != SigningKeySource.SecretsManager || IsKnown(options),
            "SigningKeys:Region is required: the AWS region of the secret (AWS_REGION works too), "
            + "or set SigningKeys:Source to File."),
    ];

    private bool IsKnown(SigningKeyOptions options) =>
        options.Region is not null || options.ServiceUrl is not null
        || configuration["AWS_REGION"] is not null || configuration["AWS_DEFAULT_REGION"] is not null;
}
