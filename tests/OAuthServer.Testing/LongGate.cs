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
    : FactAttribute(sourceFilePath, sourceLineNumber);

/// <summary>The same with data (<see cref="LongGateFactAttribute"/>).</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(LongGateTheoryDiscoverer))]
public sealed class LongGateTheoryAttribute(
    [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
    : TheoryAttribute(sourceFilePath, sourceLineNumber);

/// <summary>Finds the facts of the long gate.</summary>
public sealed class LongGateFactDiscoverer : FactDiscoverer
{
    /// <inheritdoc />
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        Effort.IsLong ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}

/// <summary>Finds the theories of the long gate.</summary>
public sealed class LongGateTheoryDiscoverer : TheoryDiscoverer
{
    /// <inheritdoc />
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        Effort.IsLong ? base.Discover(discoveryOptions, testMethod, factAttribute) : new([]);
}
