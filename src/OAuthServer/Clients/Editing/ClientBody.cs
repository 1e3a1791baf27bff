using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// A client as a call of the admin API sends it: the members of a file of clients but its secret and whether it is
/// disabled, which have calls of their own. Everything that cannot be taken is named at once.
/// </summary>
internal static class ClientBody
{
    private const int MostFaults = 50;
    private const int LongestName = 100;
    private const string IdMember = "client_id";
    private const string Place = "client";

    private static readonly string[] Elsewhere = ["secret", "disabled"];

    /// <summary>The client, or every member that cannot be taken.</summary>
    /// <param name="id">The client of the call; null for a new one, which the body names.</param>
    public static Result<ClientFileEntry, EditRefusal> Read(JsonElement body, string? id)
    {
        if (body.ValueKind != JsonValueKind.Object) return Refuse([new(null, null, "The body must be an object.")]);
        var known = ClientFileShape.MembersOf(typeof(ClientFileEntry)).ToDictionary(member => member.Name);
        foreach (var name in Elsewhere) known.Remove(name);
        var sent = body.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).ToList();
        List<EditFault> faults = [];
        foreach (var member in sent)
        {
            if (member.Count() > 1) faults.Add(Fault(member.Key, "stands there more than once."));
            if (!known.TryGetValue(member.Key, out var shape)) faults.Add(Fault(member.Key, Why(member.Key)));
            else if (!ClientFileShape.Fits(member.First().Value, shape.PropertyType))
                faults.Add(Fault(member.Key, $"must be {ClientFileShape.Kind(shape.PropertyType, false)}."));
        }

        var names = sent.Select(member => member.Key).ToHashSet(StringComparer.Ordinal);
        if (id is not null) names.Add(IdMember);
        faults.AddRange(known.Values.Where(member => member.IsRequired && !names.Contains(member.Name))
            .Select(member => Fault(member.Name, "is missing.")));
        if (faults.Count > 0) return Refuse(faults);
        var entry = ClientFileShape.ReadEntry(body, id)!;
        if (id is not null && entry.ClientId != id) return Refuse([Fault(IdMember, "is not that of the address.")]);
        faults.AddRange(ClientFileReader.FaultsOf(Place, entry).Select(FaultOf));
        return faults.Count > 0 ? Refuse(faults) : entry;
    }

    private static string Why(string name) =>
        Elsewhere.Contains(name) || IsColumn<ClientRow>(name) || IsColumn<ClientView>(name)
            ? "is not for the caller to set."
            : "is unknown.";

    private static bool IsColumn<T>(string name) =>
        ClientFileShape.MembersOf(typeof(T)).Any(member => member.Name == name);

    private static EditRefusal Refuse(IEnumerable<EditFault> faults) =>
        EditRefusal.Members([.. faults.Take(MostFaults)]);

    private static EditFault Fault(string member, string problem) =>
        new(member.Length > LongestName ? member[..LongestName] + "…" : member, null, problem);

    // "client.redirect_uris[2] must not contain NUL."
    private static EditFault FaultOf(string sentence)
    {
        var path = sentence[(Place.Length + 1)..].Split(' ', 2);
        return new EditFault(path[0].TrimEnd(':'), null, path[1]);
    }
}
