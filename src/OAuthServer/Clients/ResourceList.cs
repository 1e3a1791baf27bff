using System.Text.Json;
using OAuthServer.Storage;

namespace OAuthServer.Clients;

/// <summary>The APIs behind this server as they were at one moment.</summary>
internal sealed class ResourceList
{
    private readonly Dictionary<string, Resource> _known;
    private readonly string _rows;

    /// <param name="rows">Those of <c>oauth_resources</c>.</param>
    /// <param name="person">What tokens with scopes of the person alone are for; null where that does not
    /// matter.</param>
    /// <param name="admin">The server's own API for operators; null where that does not matter.</param>
    public ResourceList(IReadOnlyList<ResourceRow> rows, Resource? person = null, Resource? admin = null)
    {
        (Person, Admin) = (person, admin);
        _rows = JsonSerializer.Serialize(rows);
        // An address of the server's own is never that of an API.
        _known = rows.Select(row => new Resource(row))
            .Where(api => api.Canonical != person?.Canonical && api.Canonical != admin?.Canonical)
            .ToDictionary(api => api.Canonical, StringComparer.Ordinal);
        Live = [.. _known.Values.Where(api => !api.IsDisabled).OrderBy(api => api.Canonical, StringComparer.Ordinal)];
        Default = Live.FirstOrDefault(api => api.IsDefault);
        Scopes = [.. Live.SelectMany(api => api.Scopes).Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>Those that are not disabled.</summary>
    public IReadOnlyList<Resource> Live { get; }

    /// <summary>What a request means that names no resource; null when no row says so.</summary>
    public Resource? Default { get; }

    /// <summary>The server's own, for scopes of the person; no API, so not among <see cref="Live"/>.</summary>
    public Resource? Person { get; }

    /// <summary>The server's own API for operators, which is not among <see cref="Live"/> either.</summary>
    public Resource? Admin { get; }

    /// <summary>The scopes of all that are not disabled.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Whether these rows are the same, so that what was made of this list need not be made anew.</summary>
    public bool IsOf(IReadOnlyList<ResourceRow> rows) => _rows == JsonSerializer.Serialize(rows);

    /// <summary>The API of this canonical identifier, disabled or not; null when there is none.</summary>
    public Resource? Find(string canonical) =>
        canonical == Person?.Canonical ? Person
        : canonical == Admin?.Canonical ? Admin
        : _known.GetValueOrDefault(canonical);
}
