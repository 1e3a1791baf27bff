namespace OAuthServer.ServerTests.Fixtures;

/// <summary>
/// For tests that measure time or memory: they run one after the other, after everything that runs side by side.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
