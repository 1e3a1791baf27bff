namespace OAuthServer.Operators.Import;

/// <summary>What an operator said about an import.</summary>
internal sealed record ImportOptions
{
    /// <summary>False to write nothing in the end.</summary>
    public required bool Apply { get; init; }

    /// <summary>The bcrypt cost of client secrets.</summary>
    public required int Cost { get; init; }

    /// <summary>The identifiers here of APIs that have another name there.</summary>
    public IReadOnlyDictionary<string, string> Apis { get; init; } = new Dictionary<string, string>();

    /// <summary>The API that requests mean that name none, by either name; null where that is left open.</summary>
    public string? DefaultApi { get; init; }

    /// <summary>Until when refresh tokens of the other server are taken; null for never.</summary>
    public DateTimeOffset? TokensUntil { get; init; }

    /// <summary>The end of whatever follows an imported token, from now on.</summary>
    public TimeSpan LongestSession { get; init; }

    /// <summary>What tokens are for that have scopes of the person alone, in the form that is compared.</summary>
    public string? PersonResource { get; init; }
}
