namespace OAuthServer.Protocol;

/// <summary>
/// What a person is to read, by its key (<c>Area.Name</c>, a text of <c>Pages/Texts/Area.resx</c>): which language they
/// read is known only where the page is written.
/// </summary>
public sealed record Words(string Key)
{
    public Words(string key, params object[] values)
        : this(key) => Values = values;

    /// <summary>What stands in its places: figures, names, or words again.</summary>
    public IReadOnlyList<object> Values { get; } = [];
}
