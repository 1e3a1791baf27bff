using OAuthServer.Storage;

namespace OAuthServer.Audit;

/// <summary>An event as operators get it in JSON; what is null is left out.</summary>
internal sealed record EventReport
{
    public long Id { get; init; }

    public DateTime OccurredAt { get; init; }

    public required string Event { get; init; }

    public string? Reason { get; init; }

    public string? ClientId { get; init; }

    /// <summary>The account, while it is there.</summary>
    public Guid? UserId { get; init; }

    /// <summary>The person; the same after the account is gone.</summary>
    public Guid? Pseudonym { get; init; }

    public Guid? GrantId { get; init; }

    public string? Address { get; init; }

    public string? CorrelationId { get; init; }

    public string? Kid { get; init; }

    public string? EarlierAddress { get; init; }

    public bool? OtherDevice { get; init; }

    public string? Detail { get; init; }

    public static EventReport Of(FoundEvent found) => Of(found.Row) with { UserId = found.UserId };

    private static EventReport Of(AuditRow row) => new()
    {
        Id = row.Id,
        OccurredAt = row.OccurredAt,
        Event = row.Event,
        Reason = row.Reason,
        ClientId = row.ClientId,
        Pseudonym = row.Pseudonym,
        GrantId = row.GrantId,
        Address = row.Address,
        CorrelationId = row.CorrelationId,
        Kid = row.KeyId,
        EarlierAddress = row.EarlierAddress,
        OtherDevice = row.OtherDevice,
        Detail = row.Detail,
    };
}
