using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OAuthServer.Protocol;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// An object that a call sends: no unknown member, none twice, none missing, none of another kind, and everything that
/// cannot be taken is named at once.
/// </summary>
internal static class StrictBody
{
    private const int MostFaults = 50;
    private const int LongestName = 100;

    /// <summary>The record that the object stands for.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="isShown">Whether an unknown name is one that answers have.</param>
    public static Result<T, EditRefusal> Read<T>(JsonElement body, Func<string, bool> isShown)
        where T : notnull
    {
        var known = ClientFileShape.MembersOf(typeof(T)).ToDictionary(member => member.Name);
        var faults = FaultsOf(body, known, null, name => Unknown(isShown(name)));
        return faults.Count > 0 ? Refuse(faults) : ClientFileShape.Read<T>(body);
    }

    /// <summary>What is wrong with the members of an object.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="known">Members that it may have.</param>
    /// <param name="said">A member that the address says; null for none.</param>
    /// <param name="why">What is wrong with a member that is none of them.</param>
    public static IReadOnlyList<EditFault> FaultsOf(
        JsonElement body, IReadOnlyDictionary<string, JsonPropertyInfo> known, string? said, Func<string, string> why)
    {
        if (body.ValueKind != JsonValueKind.Object) return [new(null, null, "The body must be an object.")];
        var sent = body.EnumerateObject().GroupBy(member => member.Name, StringComparer.Ordinal).ToList();
        List<EditFault> faults = [];
        foreach (var member in sent)
        {
            if (member.Count() > 1) faults.Add(Fault(member.Key, "stands there more than once."));
            if (!known.TryGetValue(member.Key, out var shape)) faults.Add(Fault(member.Key, why(member.Key)));
            else if (!ClientFileShape.Fits(member.First().Value, shape))
                faults.Add(Fault(member.Key, $"must be {ClientFileShape.Kind(shape.PropertyType, false)}."));
            else if (HasNul(member.First().Value))
                faults.Add(Fault(member.Key, "must not contain NUL."));
        }

        var names = sent.Select(member => member.Key).Append(said).ToHashSet(StringComparer.Ordinal);
        faults.AddRange(known.Values.Where(member => member.IsRequired && !names.Contains(member.Name))
            .Select(member => Fault(member.Name, "is missing.")));
        return faults;
    }

    /// <summary>A refusal that names faults, of which there may be any number.</summary>
    public static EditRefusal Refuse(IEnumerable<EditFault> faults) =>
        EditRefusal.Members([.. faults.Take(MostFaults)]);

    /// <summary>A fault of a member, whose name a stranger may have sent.</summary>
    public static EditFault Fault(string member, string problem) =>
        new(member.Length > LongestName ? member[..LongestName] + "…" : member, null, problem);

    /// <summary>What is wrong with a member that cannot be set.</summary>
    public static string Unknown(bool isShown) => isShown ? "is not for the caller to set." : "is unknown.";

    // Lists and objects are looked at where their members have meaning.
    private static bool HasNul(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Contains('\0', StringComparison.Ordinal);
}
