using System.Text.Json.Serialization;

namespace OAuthServer.Operators.Import;

/// <summary>Something that was made, was there, does not come along, or comes along otherwise than it was.</summary>
/// <param name="Kind">One of <see cref="ImportKinds"/>.</param>
/// <param name="Name">Which one.</param>
/// <param name="Why">Null where there is nothing to be said.</param>
internal sealed record ImportNote(string Kind, string Name, string? Why);

/// <summary>What an import is about.</summary>
internal static class ImportKinds
{
    public const string Api = "api";
    public const string Client = "client";
    public const string Account = "account";
    public const string RefreshToken = "refresh_token";
    public const string Server = "server";
}

/// <summary>How many of a kind came along.</summary>
internal sealed class ImportCount
{
    public int Made { get; set; }

    /// <summary>Those that were here before, and stay as they are.</summary>
    public int AlreadyThere { get; set; }

    public int Left { get; set; }
}

/// <summary>What came of an import, or would come of it.</summary>
/// <param name="from">The kind of the other server.</param>
/// <param name="applied">False when nothing was to be written.</param>
internal sealed class ImportReport(string from, bool applied)
{
    public string From => from;

    public bool Applied => applied;

    public SortedDictionary<string, ImportCount> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Clients and APIs by name; accounts and tokens are counted.</summary>
    public List<ImportNote> Made { get; } = [];

    /// <summary>What comes along otherwise than it was.</summary>
    public List<ImportNote> Differs { get; } = [];

    /// <summary>What does not come along.</summary>
    public List<ImportNote> Left { get; } = [];

    /// <summary>New secrets by client. They are shown here and nowhere else.</summary>
    public SortedDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether something is to be done, or was.</summary>
    [JsonIgnore]
    public bool Changes => Counts.Values.Any(count => count.Made > 0);

    public ImportCount Count(string kind)
    {
        if (!Counts.TryGetValue(kind, out var count)) Counts[kind] = count = new ImportCount();
        return count;
    }

    /// <summary>A client or an API is new.</summary>
    public void NoteMade(string kind, string name, string? how = null)
    {
        Count(kind).Made++;
        Made.Add(new ImportNote(kind, name, how));
    }

    public void NoteThere(string kind) => Count(kind).AlreadyThere++;

    /// <summary>Something does not come along; several of one kind may be one line.</summary>
    public void NoteLeft(string kind, string name, string why, int count = 1)
    {
        Count(kind).Left += count;
        Left.Add(new ImportNote(kind, name, why));
    }

    public void NoteDifferent(string kind, string name, string how) => Differs.Add(new ImportNote(kind, name, how));
}

/// <summary>What the command prints with <c>--json</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ImportReport))]
internal sealed partial class ImportJson : JsonSerializerContext;
