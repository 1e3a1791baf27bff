using System.Collections.Immutable;
using System.Net.Http.Headers;

namespace OAuthServer.ResourceApi;

/// <summary>An answer of the list: all that is revoked, or what was added since a mark.</summary>
/// <param name="Ends">The ids, each with the moment (seconds since 1970) at which it may be forgotten.</param>
/// <param name="Mark">Sent back, it asks for what was added later; null from a server without marks.</param>
/// <param name="Since">The mark that the answer goes on from; null when it is the whole list.</param>
internal sealed record RevocationAnswer(IReadOnlyDictionary<string, long> Ends, string? Mark, string? Since)
{
    /// <summary>Names this answer to the same question, so that it need not come again (RFC 9110 §8.8.3).</summary>
    public EntityTagHeaderValue? ETag { get; init; }
}

/// <summary>
/// What is known to be revoked. Answers are added to it, the whole list too; an entry leaves at its end and never
/// before, also when the server no longer lists it because its database was restored.
/// </summary>
internal sealed record RevokedIds
{
    public static readonly RevokedIds None = new();

    private ImmutableDictionary<string, long> Ends { get; init; } =
        ImmutableDictionary.Create<string, long>(StringComparer.Ordinal);

    /// <summary>What to ask with; null asks for the whole list.</summary>
    public string? Mark { get; private init; }

    /// <summary>The tag of the last answer, when the next question is the same as the last one.</summary>
    public EntityTagHeaderValue? ETag { get; private init; }

    /// <summary>Whether a token of this id must not be accepted: it or its grant is listed.</summary>
    public bool Has(string jti)
    {
        var dot = jti.IndexOf('.', StringComparison.Ordinal);
        return Ends.ContainsKey(jti) || (dot > 0 && Ends.ContainsKey(jti[..dot]));
    }

    /// <summary>With what an answer adds, and without what is over.</summary>
    public RevokedIds With(RevocationAnswer answer, DateTimeOffset now)
    {
        var ends = WithoutEnded(now).Ends.ToBuilder();
        foreach (var (id, end) in answer.Ends) ends[id] = Math.Max(end, ends.GetValueOrDefault(id));
        return new RevokedIds
        {
            Ends = ends.ToImmutable(),
            Mark = answer.Mark,
            ETag = answer.Mark == answer.Since ? answer.ETag : null,
        };
    }

    /// <summary>Without what is over.</summary>
    public RevokedIds WithoutEnded(DateTimeOffset now)
    {
        var over = now.ToUnixTimeSeconds();
        var ended = Ends.Where(entry => entry.Value <= over).Select(entry => entry.Key).ToList();
        return ended.Count == 0 ? this : this with { Ends = Ends.RemoveRange(ended) };
    }
}
