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
    private const string IdMember = "client_id";
    private const string Place = "client";

    /// <summary>Members of a file that have calls of their own.</summary>
    public static IReadOnlyList<string> Elsewhere { get; } = ["secret", "disabled"];

    /// <summary>The client, or every member that cannot be taken.</summary>
    /// <param name="id">The client of the call; null for a new one, which the body names.</param>
    public static Result<ClientFileEntry, EditRefusal> Read(JsonElement body, string? id)
    {
        var known = ClientFileShape.MembersOf(typeof(ClientFileEntry)).ToDictionary(member => member.Name);
        foreach (var name in Elsewhere) known.Remove(name);
        var unfit = StrictBody.FaultsOf(body, known, id is null ? null : IdMember, Why);
        if (unfit.Count > 0) return StrictBody.Refuse(unfit);
        var entry = ClientFileShape.ReadEntry(body, id)!;
        if (id is not null && entry.ClientId != id)
            return StrictBody.Refuse([StrictBody.Fault(IdMember, "is not that of the address.")]);
        var faults = ClientFileReader.FaultsOf(Place, entry).Select(FaultOf).ToList();
        return faults.Count > 0 ? StrictBody.Refuse(faults) : entry;
    }

    private static string Why(string name) => StrictBody.Unknown(
        Elsewhere.Contains(name) || IsColumn<ClientRow>(name) || IsColumn<ClientView>(name));

    private static bool IsColumn<T>(string name) =>
        ClientFileShape.MembersOf(typeof(T)).Any(member => member.Name == name);

    // "client.redirect_uris[2] must not contain NUL."
    private static EditFault FaultOf(string sentence)
    {
        var path = sentence[(Place.Length + 1)..].Split(' ', 2);
        return new EditFault(path[0].TrimEnd(':'), null, path[1]);
    }
}
