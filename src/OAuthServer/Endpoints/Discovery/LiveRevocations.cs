using System.Buffers;
using System.Text.Json;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Discovery;

/// <summary>The list as it was read last, in memory: every entry that has not expired, by who added it.</summary>
internal sealed class LiveRevocations
{
    private readonly Entry[] _entries;
    private readonly string _origin;
    private readonly Lazy<CachedDocument> _whole;
    private readonly Lazy<HashSet<string>> _ids;

    private LiveRevocations(string origin, long seenBelow, Entry[] entries, LiveRevocations? before = null)
    {
        (_origin, SeenBelow, _entries) = (origin, seenBelow, entries);
        _whole = before is not null && before._entries == entries && before.Mark == Mark
            ? before._whole
            : new(() => Write(_entries, null));
        _ids = before is not null && before._entries == entries
            ? before._ids
            : new(() => _entries.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal));
    }

    private readonly record struct Entry(string Id, long End, long AddedBy);

    /// <summary>From here on the table has to be read to know more.</summary>
    public long SeenBelow { get; }

    // No higher than the entries ask for: a list that stays as it was has one text, at every instance and at any time.
    private RevocationMark Mark =>
        new(_origin, _entries.Length == 0 ? 0 : Math.Min(SeenBelow, _entries[^1].AddedBy + 1));

    /// <summary>The whole list.</summary>
    public CachedDocument Whole => _whole.Value;

    /// <summary>Whether an access token is listed, by its whole <c>jti</c> or by its grant.</summary>
    public bool Has(string tokenId) =>
        _ids.Value.Contains(tokenId) || _ids.Value.Contains(Handle.GrantPart(tokenId));

    /// <summary>A list that was read whole.</summary>
    public static LiveRevocations Of(RevokedRead read) => new(read.Origin, read.SeenBelow, EntriesOf(read));

    /// <summary>
    /// This list with what was added since; null when the two do not follow each other, so that it has to be read
    /// whole.
    /// </summary>
    public LiveRevocations? With(RevokedRead added)
    {
        if (added.Origin != _origin || added.SeenBelow < SeenBelow) return null;
        var news = EntriesOf(added);
        if (news.Length == 0 && Array.TrueForAll(_entries, entry => entry.End > added.ReadAt))
            return new(_origin, added.SeenBelow, _entries, this);
        var written = news.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        var kept = _entries.Where(entry => entry.End > added.ReadAt && !written.Contains(entry.Id));
        Entry[] entries = [.. kept.Concat(news).OrderBy(e => e.AddedBy).ThenBy(e => e.Id, StringComparer.Ordinal)];
        return new(_origin, added.SeenBelow, entries);
    }

    /// <summary>Whether a mark is of this database, and of a time that this list had not yet been read at.</summary>
    public bool IsBehind(RevocationMark mark) => mark.Origin == _origin && mark.Below > SeenBelow;

    /// <summary>What a reader with this mark does not know yet; the whole list when the mark is none of ours.</summary>
    public CachedDocument Since(RevocationMark? mark)
    {
        if (mark is not { } known || known.Origin != _origin || known.Below > SeenBelow) return Whole;
        var first = Array.FindIndex(_entries, entry => entry.AddedBy >= known.Below);
        return Write(first < 0 ? [] : _entries.AsSpan(first), known);
    }

    private static Entry[] EntriesOf(RevokedRead read) =>
        [.. read.Ids.Select((id, i) => new Entry(id, read.Ends[i], read.AddedBy[i]))];

    private CachedDocument Write(ReadOnlySpan<Entry> entries, RevocationMark? since)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("mark", Mark.ToString());
            if (since is { } known) json.WriteString("since", known.ToString());
            json.WriteStartObject("revocations");
            foreach (var entry in entries) json.WriteNumber(entry.Id, entry.End);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return CachedDocument.Of(body.WrittenMemory.ToArray());
    }
}
