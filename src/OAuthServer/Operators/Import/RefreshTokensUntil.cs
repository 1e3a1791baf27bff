using System.CommandLine;
using System.Globalization;
using OAuthServer.Clients;

namespace OAuthServer.Operators.Import;

/// <summary>The option that takes living refresh tokens along, until a day that the operator names.</summary>
internal sealed class RefreshTokensUntil(CommandSettings settings)
{
    private const string Name = "--refresh-tokens-until";

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    /// <summary>Null when it is not given.</summary>
    public Option<DateTimeOffset?> Option { get; } = new(Name)
    {
        Description = "Take living refresh tokens along, which apps exchange by a refresh until this day (UTC), such "
            + "as 2027-01-31. Left out: none, and people sign in once more.",
        HelpName = "date",
        CustomParser = given =>
        {
            var text = given.Tokens.Single().Value;
            if (text.Contains('-', StringComparison.Ordinal)
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var moment))
            {
                return moment;
            }

            given.AddError($"{Name} must be a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z.");
            return null;
        },
    };

    /// <summary>What it means for an import.</summary>
    public ImportOptions Read(ParseResult parsed, ImportOptions options)
    {
        if (parsed.GetValue(Option) is not { } until) return options;
        var longest = settings.OAuth.RefreshTokenFamilyLifetime;
        var now = settings.Clock.GetUtcNow();
        if (until <= now || until > now + longest)
        {
            throw new Microsoft.Extensions.Options.OptionsValidationException(
                "", typeof(ImportOptions),
                [
                    $"{Name} must be a moment to come, and no later than a session can live "
                        + "(OAuth:RefreshTokenFamilyLifetime).",
                ]);
        }

        return options with
        {
            TokensUntil = until,
            LongestSession = longest,
            PersonResource = PersonResource.Of(settings.Address).Canonical,
        };
    }
}
