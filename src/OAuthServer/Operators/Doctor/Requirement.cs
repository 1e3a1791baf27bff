namespace OAuthServer.Operators.Doctor;

/// <summary>What a check needs. Each value includes those before it.</summary>
internal enum Requirement
{
    /// <summary>The configuration, which is always there.</summary>
    Configuration,

    /// <summary>A database that answers.</summary>
    Database,

    /// <summary>A role that may use the schema in which the tables are.</summary>
    SchemaUsage,

    /// <summary>The tables of this version.</summary>
    Schema,
}
