using System.Runtime.CompilerServices;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace OAuthServer.Testing;

/// <summary>
/// A test of the long gate alone (<c>.ci/full</c>), which is too long for every change. Elsewhere it is not there at
/// all, so that nobody takes it for passed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(LongGateFactDiscoverer))]
public sealed class LongGateFactAttribute(
    [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
    : FactAttribute(sourceFilePath, sourceLineNumber), ILongGate
{
    /// <inheritdoc />
    public string? Needs { get; set; }
}

/// <summary>The same with data (<see cref="LongGateFactAttribute"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(LongGateTheoryDiscoverer))]
public sealed class LongGateTheoryAttribute(
    [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
    : TheoryAttribute(sourceFilePath, sourceLineNumber), ILongGate
{
    /// <inheritdoc />
    public string? Needs { get; set; }
}

/// <summary>What a test of the long gate says of itself.</summary>
internal interface ILongGate
{
    /// <summary>A variable that a step of the long gate sets for it; null for none.</summary>
    string? Needs { get; }

    /// <summary>Whether it is there now.</summary>
    bool IsThere => Effort.IsLong && (Needs is null || Environment.GetEnvironmentVariable(Needs) is { Length: > 0 });
}

/// <summary>Finds the facts of the long gate.</summary>
public sealed class LongGateFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc />
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        ((ILongGate)factAttribute).IsThere ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}

/// <summary>Finds the theories of the long gate.</summary>
public sealed class LongGateTheoryDiscoverer : TheoryDiscoverer
{
    /// <inheritdoc />
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        ((ILongGate)factAttribute).IsThere ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}
