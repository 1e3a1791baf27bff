using OAuthServer.Audit;
using OAuthServer.Operators.Audit;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Operators.Audit;

/// <summary>What the audit commands print of values that strangers chose.</summary>
public sealed class AuditOutputTests
{
    private static readonly DateTime Noon = new(2026, 3, 10, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void An_event_is_one_line_of_names_and_values()
    {
        var row = Row("demo-web") with
        {
            Reason = "code_unknown",
            Pseudonym = new Guid("a11ce000-0000-4000-8000-000000000003"),
            GrantId = new Guid("a11ce000-0000-4000-8000-000000000002"),
            Address = "2001:db8::1",
            CorrelationId = "c-1",
            KeyId = "kid",
            EarlierAddress = "192.0.2.7",
            OtherDevice = true,
            Detail = "x y",
        };

        Assert.Equal(
            "2026-03-10T12:00:00.000Z  token_refused  reason=code_unknown  client=demo-web  "
            + "user=a11ce000-0000-4000-8000-000000000001  pseudonym=a11ce000-0000-4000-8000-000000000003  "
            + "grant=a11ce000-0000-4000-8000-000000000002  "
            + "address=2001:db8::1  earlier_address=192.0.2.7  other_device=yes  detail=\"x y\"  correlation=c-1  "
            + "key=kid",
            AuditOutput.Line(new FoundEvent(row, new Guid("a11ce000-0000-4000-8000-000000000001"))));
    }

    [Theory]
    [InlineData("x  event=sign_in  reason=none")]
    [InlineData("x\"  client=demo-web")]
    [InlineData("x\r\n2026-03-10T12:00:00.000Z  sign_in  client=demo-web")]
    [InlineData("x\u001b[2K\u001b[1A")]
    [InlineData("\u202Ebew-omed")]
    [InlineData("\u2066x\u2069")]
    [InlineData("x\u2028y")]
    [InlineData("x\u2800\u2800client\uFF1Ddemo-web")]
    public void A_client_id_of_a_stranger_is_one_value_in_quotes(string clientId)
    {
        var line = AuditOutput.Line(new FoundEvent(Row(clientId) with { CorrelationId = "c-1" }, null));

        const string before = "2026-03-10T12:00:00.000Z  token_refused  client=\"";
        const string after = "\"  correlation=c-1";
        Assert.StartsWith(before, line, StringComparison.Ordinal);
        Assert.EndsWith(after, line, StringComparison.Ordinal);
        var inside = line[before.Length..^after.Length];
        Assert.DoesNotContain('"', inside.Replace("\\\"", "", StringComparison.Ordinal));
        Assert.DoesNotContain(inside, char.IsControl);
        Assert.DoesNotContain(inside, character => character is '\u202E' or '\u2066' or '\u2069' or '\u2028');
    }

    [Fact]
    public void What_a_writer_of_the_database_chose_does_not_steer_the_terminal()
    {
        var seal = new AuditSeal
        {
            Sequence = 1,
            Day = new DateOnly(2026, 3, 10),
            FromId = 1,
            ToId = 1,
            RowCount = 1,
            Hash = new byte[32],
            SealedAt = Noon,
            KeyId = "kid\u001b[31m",
            Signature = [],
        };
        var result = new AuditVerification
        {
            Seals = 1,
            RowsVerified = 1,
            RowsExpired = 0,
            RowsUnsealed = 0,
            OldestUnsealed = null,
            Head = seal,
            Keys = [new("kid\u001b[31m", 1, 1, 1)],
            Findings = ["Row \u202E1 is odd."],
        };

        var text = AuditOutput.Verification(result, json: false);

        Assert.Contains("Signed by       kid?[31m (seals 1 to 1)", text, StringComparison.Ordinal);
        Assert.Contains("FOUND: Row ?1 is odd.", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', AuditOutput.Verification(result, json: true));
    }

    private static AuditRow Row(string clientId) =>
        new() { Event = "token_refused", OccurredAt = Noon, ClientId = clientId };
}
