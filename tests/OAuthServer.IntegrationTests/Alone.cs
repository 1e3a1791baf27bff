namespace OAuthServer.IntegrationTests;

/// <summary>For tests of what the whole process tells: they run one after the other, when nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
