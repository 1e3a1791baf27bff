using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts.Import;

/// <summary>One entry of a file: somebody, or what is wrong with it.</summary>
/// <param name="Place">Where it stands, such as "line 7".</param>
/// <param name="Account">Null when the entry cannot be used.</param>
/// <param name="Fault">Null when it can.</param>
internal sealed record ImportedPerson(string Place, NewAccount? Account, string? Fault);

/// <summary>An entry that was not taken.</summary>
internal sealed record RefusedPerson(string Place, string Reason);

/// <summary>What came of a file.</summary>
internal sealed class ImportSummary
{
    /// <summary>True when nothing was to be written.</summary>
    public required bool DryRun { get; init; }

    public int Read { get; set; }

    public int Made { get; set; }

    /// <summary>Those whose address has an account: it is left as it is.</summary>
    public int AlreadyThere { get; set; }

    public IList<RefusedPerson> Refused { get; } = [];

    /// <summary>Where the file stopped being readable; null when it was read to its end.</summary>
    public string? StoppedAt { get; set; }
}
