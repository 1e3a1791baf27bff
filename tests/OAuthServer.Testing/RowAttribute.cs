namespace OAuthServer.Testing;

/// <summary>Names the row of the conformance list that a test shows.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RowAttribute(string id) : Attribute
{
    /// <summary>Such as <c>AUTHZ-06</c>.</summary>
    public string Id { get; } = id;
}
