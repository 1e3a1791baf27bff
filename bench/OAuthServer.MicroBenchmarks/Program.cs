using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using OAuthServer.MicroBenchmarks;

// In this process: a project that BenchmarkDotNet makes for each benchmark would know nothing of this tree's central
// package versions and locked restore.
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(5))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .HideColumns(
        Column.Job, Column.Toolchain, Column.IterationCount, Column.LaunchCount, Column.WarmupCount, Column.Error);
BenchmarkSwitcher.FromAssembly(typeof(TokenBenchmarks).Assembly)
    .Run(args.Length == 0 ? ["--filter", "*"] : args, config);
