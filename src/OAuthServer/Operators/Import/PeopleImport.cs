using OAuthServer.Storage;

namespace OAuthServer.Operators.Import;

/// <summary>
/// Makes accounts of people. Whoever has an account by the same id or address is left alone. What is known of somebody
/// beside the address stops nobody: where the table refuses it, the account comes without it.
/// </summary>
internal sealed class PeopleImport(ImportEditing editing, ImportReport report)
{
    private const int BatchSize = 200;

    private readonly Dictionary<string, Guid> _accounts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _addresses = new(StringComparer.Ordinal);
    private int _renamed;

    /// <summary>The account here of each person there, by the id that the other server knows.</summary>
    public async Task<IReadOnlyDictionary<string, Guid>> RunAsync(
        IReadOnlyList<ForeignPerson> people, CancellationToken ct)
    {
        foreach (var batch in people.Where(IsFit).Chunk(BatchSize)) await WriteAsync(batch, ct);
        if (_renamed > 0)
        {
            report.NoteDifferent(
                ImportKinds.Server, $"subjects ({_renamed})",
                "their ids are no UUIDs, so apps and APIs know these people by another sub from now on");
        }

        return _accounts;
    }

    private bool IsFit(ForeignPerson person)
    {
        if (person.Account is not { } account)
            Leave(person, person.Obstacle!);
        else if (!_addresses.Add(account.NormalizedEmail))
            Leave(person, "another account there has the same address");
        else
            return true;
        return false;
    }

    private async Task WriteAsync(ForeignPerson[] batch, CancellationToken ct)
    {
        var known = await editing.KnownAsync(
            [.. batch.Select(person => person.Account!.Id)],
            [.. batch.Select(person => person.Account!.NormalizedEmail)],
            ct);
        var byId = known.Select(account => account.Id).ToHashSet();
        var byAddress = known.Where(account => account.NormalizedEmail is not null)
            .ToDictionary(account => account.NormalizedEmail!, account => account.Id, StringComparer.Ordinal);
        var missing = new List<ForeignPerson>();
        foreach (var person in batch)
        {
            if (byId.Contains(person.Account!.Id)) NoteThere(person, person.Account.Id);
            else if (byAddress.TryGetValue(person.Account.NormalizedEmail, out var id)) NoteThere(person, id);
            else missing.Add(person);
        }

        if (missing.Count == 0) return;
        if (await editing.TryAddAsync([.. missing.Select(person => person.Account!)], ct) is null)
            missing.ForEach(NoteMade);
        else
            foreach (var person in missing) await WriteAsync(person, ct);
    }

    private async Task WriteAsync(ForeignPerson person, CancellationToken ct)
    {
        var account = person.Account!;
        var refusal = await editing.TryAddAsync([account], ct);
        if (refusal is not null && account.Profile.Count > 0)
        {
            var bare = await editing.TryAddAsync([account with { Profile = NewAccount.Nothing }], ct);
            if (bare is null)
                report.NoteDifferent(ImportKinds.Account, account.Email, $"its profile is left: {refusal}");
            refusal = bare;
        }

        if (refusal is null) NoteMade(person);
        else Leave(person, refusal);
    }

    private void NoteMade(ForeignPerson person)
    {
        report.Count(ImportKinds.Account).Made++;
        _accounts[person.Id] = person.Account!.Id;
        if (!Guid.TryParse(person.Id, out _)) _renamed++;
    }

    private void NoteThere(ForeignPerson person, Guid account)
    {
        report.NoteThere(ImportKinds.Account);
        _accounts[person.Id] = account;
    }

    private void Leave(ForeignPerson person, string why) =>
        report.NoteLeft(ImportKinds.Account, person.Account?.Email ?? person.Id, why);
}
