using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// Whether the key before the current one is still needed: until the last token that it signed has expired everywhere.
/// </summary>
internal sealed class PreviousKeyCheck(IKeySource source, SigningKeys history, IOptions<SigningKeyOptions> options)
    : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "previous key";

    /// <inheritdoc/>
    public Requirement Requires => Requirement.Schema;

    /// <inheritdoc/>
    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        var report = new CheckReport();
        try
        {
            using var stored = await source.ReadAsync(ct);
            if (stored[KeyStage.Current] is not { } current) return report.Result();
            var signing = await history.SigningForAsync(current.Key.KeyId, ct);
            var since = signing is { } time ? $"for {Quantity.Of(time)}" : "not yet: no instance has loaded it";
            report.Fact("signing", since);
            if (stored[KeyStage.Previous] is not null) report.Fact("previous needed", Needed(signing));
        }
        catch (KeyStoreException)
        {
            // KeyCheck reports it.
        }

        return report.Result();
    }

    private string Needed(TimeSpan? signing)
    {
        if (signing is not { } time) return "yes: the current key signs nothing yet";
        var left = options.Value.PreviousKeyRetention() - time;
        return left > TimeSpan.Zero ? $"for another {Quantity.Of(left)}" : "no longer; it leaves at the next rotation";
    }
}
