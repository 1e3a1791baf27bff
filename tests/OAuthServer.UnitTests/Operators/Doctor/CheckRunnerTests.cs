using Microsoft.Extensions.Time.Testing;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class ExaminerTests
{
    private static readonly HashSet<string> Nothing = [];

    [Fact]
    public async Task What_stands_on_something_that_is_missing_is_left_out()
    {
        var report = await RunAsync(
            At("database", Ground.Configuration, () => new Notes().Found("away", Severity.Error, "It is away.", "Bring it back.").Done(Ground.Database)),
            At("clock", Ground.Database, () => throw new InvalidOperationException("was run")),
            At("rows", Ground.Schema, () => throw new InvalidOperationException("was run")),
            At("keys", Ground.Configuration, () => new Notes().Fact("kid", "abc").Done()));

        Assert.Equal(["database True", "clock False", "rows False", "keys True"], report.Checks.Select(check => $"{check.Name} {check.Saw is not null}"));
        Assert.Equal("away", Assert.Single(report.Findings).Id);
        Assert.False(report.IsWell);
    }

    [Fact]
    public async Task Without_a_schema_the_database_itself_is_still_looked_at()
    {
        var report = await RunAsync(
            At("schema", Ground.Database, () => new Notes().Done(Ground.Schema)),
            At("clock", Ground.Database, () => new Notes().Done()),
            At("rows", Ground.Schema, () => throw new InvalidOperationException("was run")));

        Assert.Equal([true, true, false], report.Checks.Select(check => check.Saw is not null));
    }

    [Fact]
    public async Task A_check_that_fails_is_a_finding_and_the_others_go_on()
    {
        var report = await RunAsync(
            At("first", Ground.Configuration, () => throw new IOException("the cable is out")),
            At("second", Ground.Configuration, () => new Notes().Fact("it", "ran").Done()));

        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingIds.CheckFailed, Severity.Error), (finding.Id, finding.Severity));
        Assert.Contains("the cable is out", finding.What, StringComparison.Ordinal);
        Assert.NotNull(report.Checks[1].Saw);
    }

    [Fact]
    public async Task A_check_that_hangs_is_given_up()
    {
        var clock = new FakeTimeProvider();
        var hangs = new Scripted("slow", Ground.Configuration, async ct =>
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            return new Notes().Done();
        });

        var report = await new Examiner([hangs], clock).RunAsync(Nothing, TestContext.Current.CancellationToken);

        Assert.Contains("took longer than 30 seconds", Assert.Single(report.Findings).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_are_well_and_what_is_ignored_is_gone()
    {
        var note = At("a", Ground.Configuration, () => new Notes().Found("noted", Severity.Note, "So.", "Nothing.").Done());
        var warning = At("b", Ground.Configuration, () => new Notes().Found("known", Severity.Warning, "So.", "Something.").Done());

        var all = await RunAsync(note, warning);
        var without = await new Examiner([note, warning], TimeProvider.System).RunAsync(new HashSet<string> { "known" }, TestContext.Current.CancellationToken);

        Assert.Equal(["known", "noted"], all.Findings.Select(finding => finding.Id));
        Assert.False(all.IsWell);
        Assert.Equal(["noted"], without.Findings.Select(finding => finding.Id));
        Assert.True(without.IsWell);
    }

    private static Task<DoctorReport> RunAsync(params IDoctorCheck[] checks) =>
        new Examiner(checks, TimeProvider.System).RunAsync(Nothing, TestContext.Current.CancellationToken);

    // Answers at once, or throws.
    private static Scripted At(string name, Ground ground, Func<Examination> look) => new(name, ground, _ => Task.FromResult(look()));

    private sealed class Scripted(string name, Ground ground, Func<CancellationToken, Task<Examination>> look) : IDoctorCheck
    {
        public string Name => name;

        public Ground StandsOn => ground;

        public Task<Examination> ExamineAsync(CancellationToken ct) => look(ct);
    }
}
