namespace OAuthServer.ResourceApi.Tests;

/// <summary>Names the row of the conformance checklist that a test covers, for example <c>RS-06</c>.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RowAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
