using Microsoft.Extensions.Options;
using OAuthServer.Keys;
using OAuthServer.Operators.Keys;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Doctor;

/// <summary>Whether the key before the current one is still needed: until the last token that it signed has expired everywhere.</summary>
internal sealed class PreviousKeyCheck(KeyKeeper keeper, SigningKeys published, IOptions<SigningKeyOptions> options) : IDoctorCheck
{
    /// <inheritdoc/>
    public string Name => "previous key";

    /// <inheritdoc/>
    public Ground StandsOn => Ground.Schema;

    /// <inheritdoc/>
    public async Task<Examination> ExamineAsync(CancellationToken ct)
    {
        var notes = new Notes();
        try
        {
            using var stored = await keeper.ListAsync(ct);
            if (stored[KeyStage.Current] is not { } current) return notes.Done();
            var signing = await published.SigningForAsync(current.Key.KeyId, ct);
            notes.Fact("signing", signing is { } since ? $"for {since.Text()}" : "not yet: no instance has loaded it");
            if (stored[KeyStage.Previous] is not null) notes.Fact("previous needed", Needed(signing));
        }
        catch (KeyStoreException)
        {
            // Another check says so.
        }

        return notes.Done();
    }

    private string Needed(TimeSpan? signing) => signing is not { } since ? "yes: the current key signs nothing yet"
        : options.Value.PreviousKeyRetention() - since is { Ticks: > 0 } left ? $"for another {left.Text()}"
        : "no longer; it leaves at the next rotation";
}
