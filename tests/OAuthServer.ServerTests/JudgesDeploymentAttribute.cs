using System.Reflection;
using OAuthServer.ServerTests;
using OAuthServer.Testing;
using Xunit.v3;

[assembly: DeploymentRun]

namespace OAuthServer.ServerTests;

/// <summary>
/// The class asks what can be asked of any server from outside: it also runs against a <see cref="Deployment"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class JudgesDeploymentAttribute : Attribute, ITraitAttribute
{
    /// <summary>A run asks for these classes by <c>-trait judges=deployment</c>.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("judges", "deployment")];
}

/// <summary>
/// While a <see cref="Deployment"/> is under test, every class without <see cref="JudgesDeploymentAttribute"/> is not
/// run.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class DeploymentRunAttribute : BeforeAfterTestAttribute
{
    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (!methodUnderTest.ReflectedType!.IsDefined(typeof(JudgesDeploymentAttribute), inherit: false))
            Deployment.NeedsOwnServer("a server of its own");
    }
}
