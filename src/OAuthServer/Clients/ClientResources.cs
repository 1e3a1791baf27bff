using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>The APIs that a client may ask for: the default one, and those of its row (RFC 8707 §2).</summary>
internal sealed class ClientResources
{
    private readonly ResourceList _known;
    private readonly Dictionary<string, Resource> _allowed;

    public ClientResources(ClientRow row, ResourceList known)
    {
        _known = known;
        var listed = row.AllowedResources.Select(ResourceUri.Canonical).ToHashSet(StringComparer.Ordinal);
        _allowed = known.Live.Where(api => api.IsDefault || listed.Contains(api.Canonical))
            .ToDictionary(api => api.Canonical, StringComparer.Ordinal);
        Person = row.AllowedScopes.Contains(PersonScopes.OpenId, StringComparer.Ordinal) ? known.Person : null;
        if (Person is { } person) _allowed.Add(person.Canonical, person);
        // The flag alone counts, and SQL alone sets it.
        Admin = row.MayAdminister ? known.Admin : null;
        if (Admin is { } admin) _allowed.Add(admin.Canonical, admin);
        Names = [.. _allowed.Keys];
        Scopes = [.. _allowed.Values.Select(api => Scope.Of(row.AllowedScopes).Among(api.Scopes).ToString())];
    }

    /// <summary>What a request means that names no resource.</summary>
    public Resource? Default => _known.Default;

    /// <summary>What a token with scopes of the person alone is for; null for a client without <c>openid</c>.</summary>
    public Resource? Person { get; }

    /// <summary>The server's own API for operators; null for a client that may not administer.</summary>
    public Resource? Admin { get; }

    /// <summary>Whether an audience is that of the server's own API for operators, whoever may ask for it.</summary>
    public bool IsAdmin(string? audience) => audience is not null && _known.Admin?.Identifier == audience;

    /// <summary>Their canonical identifiers.</summary>
    public string[] Names { get; }

    /// <summary>For each of <see cref="Names"/> the scopes of that API that the client may have, as one text.</summary>
    public string[] Scopes { get; }

    /// <summary>The API of a canonical identifier, or null when it is disabled or not allowed.</summary>
    public Resource? Find(string canonical) => _allowed.GetValueOrDefault(canonical);

    /// <summary>
    /// The APIs that a request names, by identifier and each of them once; none when it names none. Else
    /// <c>invalid_target</c> (RFC 8707 §2).
    /// </summary>
    public Result<IReadOnlyList<Resource>> Read(IReadOnlyList<string> named)
    {
        if (named.Count == 0) return Result.Of<IReadOnlyList<Resource>>([]);
        var asked = new SortedDictionary<string, Resource>(StringComparer.Ordinal);
        foreach (var text in named)
        {
            if (ResourceUri.Canonical(text) is not { } canonical)
            {
                return OAuthError.InvalidTarget(
                    $"{ResourceUri.Named(text)} is not an absolute URI without a fragment.", Reasons.ResourceMalformed);
            }

            if (Find(canonical) is not { } api) return NotToBeHad(canonical, ResourceUri.Named(text));
            asked[canonical] = api;
        }

        return Result.Of<IReadOnlyList<Resource>>([.. asked.Values]);
    }

    /// <summary>Why the client cannot have the API of this canonical identifier.</summary>
    public OAuthError NotToBeHad(string canonical, string called) => OAuthError.InvalidTarget(
        $"{called} is unknown here, or not allowed to this client.",
        _known.Find(canonical) is { IsDisabled: false } ? Reasons.ResourceNotAllowed : Reasons.ResourceUnknown);
}
