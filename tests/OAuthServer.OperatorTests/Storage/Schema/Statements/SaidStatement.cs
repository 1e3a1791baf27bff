using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.OperatorTests.Storage.Schema.Statements;

/// <summary>A parameter's value as it was sent; null is NULL.</summary>
internal sealed record SaidValue(byte[]? Bytes, bool IsBinary);

/// <summary>A statement as a server said it.</summary>
/// <param name="Types">PostgreSQL's object ids of the parameters' types; 0 leaves one to the database.</param>
internal sealed record SaidStatement(string Sql, IReadOnlyList<uint> Types, IReadOnlyList<SaidValue> Values)
{
    private static readonly Dictionary<uint, string> TypeNames = new()
    {
        [0] = "unknown",
        [16] = "boolean",
        [17] = "bytea",
        [20] = "bigint",
        [21] = "smallint",
        [23] = "integer",
        [25] = "text",
        [1001] = "bytea[]",
        [1009] = "text[]",
        [1043] = "varchar",
        [1082] = "date",
        [1184] = "timestamptz",
        [1185] = "timestamptz[]",
        [1186] = "interval",
        [2950] = "uuid",
    };

    private static readonly DateTime Epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The same for the same text and types, on every machine.</summary>
    public string Name => "s_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sql}|{TypeList}")))[..12];

    /// <summary>Prepares it, as SQL.</summary>
    public string Prepare => $"PREPARE {Name}{(Types.Count == 0 ? "" : $" ({TypeList})")} AS\n{Sql.Trim()};";

    /// <summary>Runs it with the values that it was said with, as SQL.</summary>
    public string Execute => $"EXECUTE {Name}{(Values.Count == 0 ? "" : $" ({string.Join(", ", Values.Select((value, index) => Literal(value, Types[index])))})")};";

    private string TypeList => string.Join(", ", Types.Select(type => TypeNames.GetValueOrDefault(type) ?? throw new NotSupportedException($"Teach SaidStatement the type {type} (SELECT {type}::regtype).")));

    private static string Literal(SaidValue value, uint type)
    {
        if (value.Bytes is not { } bytes) return "NULL";
        if (!value.IsBinary) return Quoted(Encoding.UTF8.GetString(bytes));
        return type switch
        {
            16 => bytes[0] == 1 ? "true" : "false",
            17 => $"'\\x{Convert.ToHexStringLower(bytes)}'",
            20 => BinaryPrimitives.ReadInt64BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
            21 => BinaryPrimitives.ReadInt16BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
            23 => BinaryPrimitives.ReadInt32BigEndian(bytes).ToString(CultureInfo.InvariantCulture),
            1082 => Quoted(Epoch.AddDays(BinaryPrimitives.ReadInt32BigEndian(bytes)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            1184 => Quoted(Epoch.AddMicroseconds(BinaryPrimitives.ReadInt64BigEndian(bytes)).ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture)),
            1186 => string.Create(CultureInfo.InvariantCulture, $"'{BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(12))} mons {BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8))} days {BinaryPrimitives.ReadInt64BigEndian(bytes)} microseconds'"),
            1001 or 1009 or 1185 => Elements(bytes, type),
            2950 => Quoted(new Guid(bytes, bigEndian: true).ToString()),
            _ => Quoted(Encoding.UTF8.GetString(bytes)),
        };
    }

    // Dimensions, flags, element type, then length and lower bound of the one dimension, then the elements.
    private static string Elements(byte[] bytes, uint type)
    {
        const int header = 20;
        var elements = new List<string>();
        for (var at = header; at < bytes.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            elements.Add(Literal(new(bytes[(at + 4)..(at + 4 + length)], IsBinary: true), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(8))));
            at += 4 + length;
        }

        return $"ARRAY[{string.Join(", ", elements)}]::{TypeNames[type]}";
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
