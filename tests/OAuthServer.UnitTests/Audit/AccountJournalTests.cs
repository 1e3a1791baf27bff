using OAuthServer.Audit;
using OAuthServer.Protocol;
using OAuthServer.Storage;
using OAuthServer.Testing;
using OAuthServer.UnitTests.Storage;

namespace OAuthServer.UnitTests.Audit;

/// <summary>One log line and one audit row for each thing that a person does.</summary>
public sealed class AccountJournalTests : IDisposable
{
    private static readonly AuditContext Context = new("192.0.2.1", "trace-1");
    private static readonly Guid Alice = new("a11ce000-0000-4000-8000-000000000001");

    private readonly ServerTelemetry _telemetry = new(new("test"), TimeProvider.System);
    private readonly RecordedLog<AccountJournal> _log = new();
    private readonly FailingDatabase _database = new();
    private readonly AccountJournal _journal;

    public AccountJournalTests() => _journal = new AccountJournal(new AuditEvents(_database), _telemetry, _log);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public async Task Each_act_has_its_line_which_is_there_also_when_the_row_cannot_be_written()
    {
        Func<Task>[] acts =
        [
            () => _journal.SignedInAsync(Alice, Context, Ct),
            () => _journal.SignInRefusedAsync(Alice, "why", Context, Ct),
            () => _journal.SignInRefusedAsync(null, "why", Context, Ct),
            () => _journal.PasswordChangedAsync(Alice, Context, Ct),
            () => _journal.PasswordChangeRefusedAsync(Alice, Context, Ct),
            () => _journal.GuessesUsedUpAsync(Alice, "why", Context, Ct),
        ];
        foreach (var act in acts) await Assert.ThrowsAsync<Npgsql.NpgsqlException>(act);

        Assert.Equal(acts.Length, _database.Asked);
        Assert.Equal(
            [
                $"6001 Information: Account {Alice} signed in",
                $"6002 Warning: Sign-in to account {Alice} refused: why",
                "6002 Warning: Sign-in to account (null) refused: why",
                $"6004 Information: Account {Alice} changed its password; all access of apps was withdrawn",
                $"6005 Warning: Password change of account {Alice} refused: the current password was wrong",
                $"6006 Warning: Wrong passwords of strangers used up a budget (why), last for account {Alice}; more of "
                    + "the same are answered 429 until its window ends",
            ],
            _log.Lines);
    }

    /// <summary>Their row is written by the statement that does it.</summary>
    [Fact]
    public void What_ends_sessions_has_its_line()
    {
        _journal.SignedOut(Alice);
        _journal.SessionsEnded(Alice, 2);
        _journal.AccessEnded(Alice, new EndedAccess(3, 4));

        Assert.Equal(0, _database.Asked);
        Assert.Equal(
            [
                $"6003 Information: Account {Alice} signed out",
                $"6007 Information: Account {Alice} ended 2 of its sessions",
                $"6008 Information: Account {Alice} ended all access: 3 sessions and 4 refresh tokens",
            ],
            _log.Lines);
    }
}
