using Microsoft.Extensions.Time.Testing;
using OAuthServer.Operators.Doctor;

namespace OAuthServer.UnitTests.Operators.Doctor;

public sealed class CheckRunnerTests
{
    private static readonly HashSet<string> None = [];

    [Fact]
    public async Task What_requires_something_that_is_missing_is_left_out()
    {
        var report = await RunAsync(
            At("database", Requirement.Configuration, () => Found("away", Severity.Error, Requirement.Database)),
            At("clock", Requirement.Database, WasRun),
            At("rows", Requirement.Schema, WasRun),
            At("keys", Requirement.Configuration, Nothing));

        Assert.Equal(
            ["database True", "clock False", "rows False", "keys True"],
            report.Checks.Select(check => $"{check.Name} {check.Result is not null}"));
        Assert.Equal("away", Assert.Single(report.Findings).Id);
        Assert.False(report.IsWell);
    }

    [Fact]
    public async Task Without_a_schema_the_database_itself_is_still_checked()
    {
        var report = await RunAsync(
            At("schema", Requirement.SchemaUsage, () => new CheckReport().Result(Requirement.Schema)),
            At("clock", Requirement.Database, Nothing),
            At("rights", Requirement.SchemaUsage, Nothing),
            At("rows", Requirement.Schema, WasRun));

        Assert.Equal([true, true, true, false], report.Checks.Select(check => check.Result is not null));
    }

    [Theory]
    [InlineData(Requirement.Database, Requirement.Schema)]
    [InlineData(Requirement.Schema, Requirement.Database)]
    public async Task Of_two_that_are_missing_the_lower_one_decides(object first, object second)
    {
        var report = await RunAsync(
            At("one", Requirement.Configuration, () => new CheckReport().Result((Requirement)first)),
            At("two", Requirement.Configuration, () => new CheckReport().Result((Requirement)second)),
            At("three", Requirement.Database, WasRun));

        Assert.Null(report.Checks[2].Result);
    }

    [Fact]
    public async Task A_check_that_fails_is_a_finding_and_the_others_go_on()
    {
        var report = await RunAsync(
            At("first", Requirement.Configuration, () => throw new IOException("the cable is out")),
            At("second", Requirement.Configuration, Nothing));

        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingIds.CheckFailed, Severity.Error), (finding.Id, finding.Severity));
        Assert.Contains("the cable is out", finding.What, StringComparison.Ordinal);
        Assert.NotNull(report.Checks[1].Result);
    }

    [Fact]
    public async Task A_check_that_hangs_is_given_up()
    {
        var clock = new FakeTimeProvider();
        var hangs = new Scripted("slow", Requirement.Configuration, async ct =>
        {
            clock.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            return Nothing();
        });

        var report = await new CheckRunner([hangs], clock).RunAsync(None, TestContext.Current.CancellationToken);

        Assert.Contains("took longer than 30 seconds", Assert.Single(report.Findings).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_has_thirty_seconds()
    {
        var clock = new FakeTimeProvider();
        var slow = new Scripted("slow", Requirement.Configuration, ct =>
        {
            clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
            ct.ThrowIfCancellationRequested();
            return Task.FromResult(Nothing());
        });
        var slower = new Scripted("slower", Requirement.Configuration, ct =>
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            ct.ThrowIfCancellationRequested();
            return Task.FromResult(Nothing());
        });

        var report = await new CheckRunner([slow, slower], clock).RunAsync(None, TestContext.Current.CancellationToken);

        Assert.Equal(
            "The check of slower could not be made: it took longer than 30 seconds",
            Assert.Single(report.Findings).What);
    }

    [Fact]
    public async Task What_no_operator_can_mend_and_the_operators_own_stop_are_no_findings()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => RunAsync(At("one", Requirement.Configuration, () => throw new InvalidOperationException("a bug"))));
        using var stop = new CancellationTokenSource();
        var stopped = new Scripted("one", Requirement.Configuration, async ct =>
        {
            await stop.CancelAsync();
            ct.ThrowIfCancellationRequested();
            return Nothing();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new CheckRunner([stopped], TimeProvider.System).RunAsync(None, stop.Token));
        var denied = await RunAsync(
            At("one", Requirement.Configuration, () => throw new UnauthorizedAccessException("no right")));
        Assert.Equal(FindingIds.CheckFailed, Assert.Single(denied.Findings).Id);
    }

    [Fact]
    public async Task Notes_are_well_and_what_is_ignored_is_gone()
    {
        var note = At("a", Requirement.Configuration, () => Found("noted", Severity.Note));
        var warning = At("b", Requirement.Configuration, () => Found("known", Severity.Warning));

        var all = await RunAsync(note, warning);
        var without = await new CheckRunner([note, warning], TimeProvider.System)
            .RunAsync(new HashSet<string> { "known" }, TestContext.Current.CancellationToken);

        Assert.Equal(["known", "noted"], all.Findings.Select(finding => finding.Id));
        Assert.False(all.IsWell);
        Assert.Equal(["noted"], without.Findings.Select(finding => finding.Id));
        Assert.True(without.IsWell);
    }

    private static Task<DoctorReport> RunAsync(params IDoctorCheck[] checks) =>
        new CheckRunner(checks, TimeProvider.System).RunAsync(None, TestContext.Current.CancellationToken);

    private static CheckResult Nothing() => new CheckReport().Result();

    private static CheckResult WasRun() => throw new InvalidOperationException("was run");

    private static CheckResult Found(string id, Severity severity, Requirement? missing = null)
    {
        var report = new CheckReport();
        report.Add(severity, id, "It is so.", "Do something.");
        return report.Result(missing);
    }

    // Answers at once, or throws.
    private static Scripted At(string name, Requirement requires, Func<CheckResult> answer) =>
        new(name, requires, _ => Task.FromResult(answer()));

    private sealed class Scripted(string name, Requirement requires, Func<CancellationToken, Task<CheckResult>> answer)
        : IDoctorCheck
    {
        public string Name => name;

        public Requirement Requires => requires;

        public Task<CheckResult> RunAsync(CancellationToken ct) => answer(ct);
    }
}
