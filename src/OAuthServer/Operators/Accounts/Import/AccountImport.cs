using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts.Import;

/// <summary>
/// Writes people in batches. An address that has an account is left alone, so a file can be imported again; a batch
/// that the table refuses is written one by one, so that a bad entry stops no good one.
/// </summary>
internal sealed class AccountImport(AccountEditing editing, ImportSummary summary)
{
    private const int BatchSize = 200;
    private const string How = "by import";

    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);
    private readonly List<(string Place, NewAccount Account)> _batch = [];

    /// <summary>Takes an entry; true when a batch was written with it.</summary>
    public async Task<bool> AddAsync(ImportedPerson person, CancellationToken ct)
    {
        summary.Read++;
        if (person.Account is not { } account)
        {
            Refuse(person.Place, person.Fault!);
            return false;
        }

        if (!_places.TryAdd(account.NormalizedEmail, person.Place))
        {
            Refuse(person.Place, $"the address stands in {_places[account.NormalizedEmail]} too");
            return false;
        }

        _batch.Add((person.Place, account));
        if (_batch.Count < BatchSize) return false;
        await FlushAsync(ct);
        return true;
    }

    /// <summary>Writes what was taken and not written yet.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var taken = await editing.TakenAsync([.. _batch.Select(entry => entry.Account.NormalizedEmail)], ct);
        var missing = _batch.Where(entry => !taken.Contains(entry.Account.NormalizedEmail)).ToList();
        summary.AlreadyThere += _batch.Count - missing.Count;
        _batch.Clear();
        if (missing.Count == 0) return;
        if (await TryAsync([.. missing.Select(entry => entry.Account)], ct) is null)
        {
            summary.Made += missing.Count;
            return;
        }

        foreach (var (place, account) in missing)
        {
            if (await TryAsync([account], ct) is { } refusal) Refuse(place, Words(refusal));
            else summary.Made++;
        }
    }

    private Task<string?> TryAsync(IReadOnlyList<NewAccount> people, CancellationToken ct) =>
        editing.TryCreateAsync(people, (AccountEdit.Command, How), mail: null, rehearse: summary.DryRun, ct);

    private void Refuse(string place, string reason) => summary.Refused.Add(new RefusedPerson(place, reason));

    // Somebody else made it meanwhile.
    private static string Words(string refusal) =>
        refusal is AccountTable.EmailIndex or AccountTable.UserNameIndex ? "the address has an account" : refusal;
}
