using System.Security.Cryptography;
using System.Text;
using OAuthServer.Audit;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Audit;

/// <summary>
/// What a seal is over, byte by byte: whoever checks one with a program of their own builds the same.
/// </summary>
public sealed class SealHashTests
{
    private static readonly DateTime Moment = new DateTime(2026, 3, 1, 12, 30, 15, DateTimeKind.Utc)
        .AddTicks(1_234_560);

    private static readonly AuditRow Full = new()
    {
        Id = 7,
        OccurredAt = Moment,
        Event = "token_refused",
        Reason = "code_unknown",
        ClientId = "notes",
        Pseudonym = new Guid("a11ce000-0000-4000-8000-000000000001"),
        GrantId = new Guid("b0b00000-0000-4000-8000-000000000002"),
        Address = "192.0.2.1",
        CorrelationId = "trace-1",
        KeyId = "kid-1",
        EarlierAddress = "192.0.2.2",
        OtherDevice = true,
        Detail = "nobody",
    };

    private static readonly AuditSeal Seal = new()
    {
        Sequence = 3,
        Day = new DateOnly(2026, 3, 1),
        FromId = 5,
        ToId = 9,
        RowCount = 4,
        Hash = SHA256.HashData("x"u8),
        SealedAt = Moment,
        KeyId = "kid-1",
        Signature = [],
    };

    [Fact]
    public void Each_row_is_a_line_of_all_its_columns_after_the_hash_before_it()
    {
        const string full =
            "[7,\"2026-03-01T12:30:15.123456Z\",\"token_refused\",\"code_unknown\",\"notes\""
            + ",\"a11ce000-0000-4000-8000-000000000001\",\"b0b00000-0000-4000-8000-000000000002\",\"192.0.2.1\""
            + ",\"trace-1\",\"kid-1\",\"192.0.2.2\",\"true\",\"nobody\"]\n";
        const string bare = "[8,\"2026-03-01T12:30:15.123456Z\",\"sign_in\",null,null,null,null,null,null,null,null"
            + ",null,null]\n";
        var before = SHA256.HashData("before"u8);
        using var hash = new SealHash(before);

        hash.Add(Full);
        hash.Add(new AuditRow { Id = 8, OccurredAt = Moment, Event = "sign_in" });

        Assert.Equal(2, hash.Rows);
        Assert.Equal(SHA256.HashData([.. before, .. Encoding.UTF8.GetBytes(full + bare)]), hash.Finish());
    }

    [Fact]
    public void The_first_seal_is_over_32_zero_bytes()
    {
        using var hash = new SealHash(null);

        Assert.Equal(SHA256.HashData(new byte[32]), hash.Finish());
    }

    [Fact]
    public void What_the_key_signs_is_every_member_of_the_seal_on_a_line_of_its_own()
    {
        var text = Encoding.UTF8.GetString(SealHash.SignedText(Seal));

        Assert.Equal(
            "oauthserver-audit-seal-1\n3\n2026-03-01\n5\n9\n4\n2026-03-01T12:30:15.123456Z\nkid-1\n"
                + Convert.ToHexStringLower(Seal.Hash) + "\n",
            text);
    }

    /// <summary>A column that is added later, and forgotten in the hash, could be changed by anybody.</summary>
    [Fact]
    public void No_column_of_a_row_is_left_out()
    {
        var columns = typeof(AuditRow).GetProperties().Where(column => column.CanWrite).ToList();
        Assert.Equal(13, columns.Count);
        foreach (var column in columns)
        {
            var changed = Full with { };
            column.SetValue(changed, Other(column.GetValue(changed)!));
            Assert.False(HashOf(changed).SequenceEqual(HashOf(Full)), $"{column.Name} is not in the hash.");
        }
    }

    private static byte[] HashOf(AuditRow row)
    {
        using var hash = new SealHash(null);
        hash.Add(row);
        return hash.Finish();
    }

    private static object Other(object value) => value switch
    {
        long number => number + 1,
        DateTime moment => moment.AddMicroseconds(1),
        Guid => Guid.Empty,
        bool fact => !fact,
        _ => value + "x",
    };
}
