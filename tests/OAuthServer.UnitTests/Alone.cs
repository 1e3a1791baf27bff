namespace OAuthServer.UnitTests;

/// <summary>Tests that measure what the whole process holds: beside them, nothing else runs.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
