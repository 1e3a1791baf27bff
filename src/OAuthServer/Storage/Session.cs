using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A row of <c>account_sessions</c>: a person who is, or was, signed in in one browser.</summary>
internal sealed record Session
{
    /// <summary>The <c>sid</c> of ID tokens.</summary>
    public Guid Id { get; init; }

    public Guid UserId { get; init; }

    /// <summary>Use moves its end.</summary>
    public bool Kept { get; init; }

    /// <summary>Browser and system, in words.</summary>
    public string? Device { get; init; }

    /// <summary>Where the person signed in last.</summary>
    public string? Address { get; init; }

    public DateTimeOffset BeganAt { get; init; }

    /// <summary>Some minutes behind.</summary>
    public DateTimeOffset UsedAt { get; init; }

    public DateTimeOffset EndsAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>One of <see cref="EndedBy"/>; null when it was ended by hand.</summary>
    public string? EndedBy { get; init; }

    /// <summary>Every session of the person ended at once.</summary>
    public bool EndedWithAll { get; init; }

    public string? EndedFrom { get; init; }

    public string? EndedCorrelationId { get; init; }
}

/// <summary>A row of <c>account_session_clients</c>: an app that the session signed the person in to.</summary>
internal sealed record SessionClient
{
    public Guid SessionId { get; init; }

    public required string ClientId { get; init; }
}

/// <summary>What ended a session, as it stands in the table.</summary>
internal static class EndedBy
{
    public const string Person = "person";
    public const string App = "app";
    public const string Command = "command";
    public const string Operator = "operator";
    public const string Time = "time";

    /// <summary>Somebody else signed in in the same browser.</summary>
    public const string Another = "another";
}

/// <summary>A person who has just typed the password.</summary>
internal sealed record NewSession
{
    public required Guid UserId { get; init; }

    /// <summary>The stamp that the account had then.</summary>
    public required string SecurityStamp { get; init; }

    /// <summary>The session that this browser has; it goes on when it is the same person's.</summary>
    public Guid? Before { get; init; }

    public required bool Kept { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public string? Device { get; init; }

    public required AuditContext Audit { get; init; }
}

/// <summary>Which sessions of a person end, and what is said of it.</summary>
internal sealed record SessionEnd
{
    public required Guid UserId { get; init; }

    /// <summary>This one alone; null for more than one.</summary>
    public Guid? Only { get; init; }

    /// <summary>Every one but this; null for all of them.</summary>
    public Guid? But { get; init; }

    /// <summary>One of <see cref="EndedBy"/>.</summary>
    public required string By { get; init; }

    /// <summary>Who that was, for the audit log; null where <see cref="By"/> says it.</summary>
    public string? ByWhom { get; init; }

    /// <summary>The audit event; null to write none.</summary>
    public string? Event { get; init; } = AuditEventNames.SessionsEnded;

    /// <summary>The app that asked for it.</summary>
    public string? ClientId { get; init; }

    public required AuditContext Audit { get; init; }

    /// <summary>As the audit log says it.</summary>
    public string Author => ByWhom is null ? By : $"{By} {ByWhom}";
}

/// <summary>A session as it is shown to its person.</summary>
internal sealed record LiveSession
{
    public Guid Id { get; init; }

    public string? Device { get; init; }

    public string? Address { get; init; }

    public DateTimeOffset BeganAt { get; init; }

    public DateTimeOffset UsedAt { get; init; }

    /// <summary>The names of its apps.</summary>
    public required string[] Apps { get; init; }
}

/// <summary>A session that is there.</summary>
internal sealed record SessionId(Guid Id);

/// <summary>A session that began or goes on.</summary>
/// <param name="Language">The tag in the person's profile; null when it has none.</param>
internal sealed record BegunSession(Guid Id, string? Language);

/// <summary>How many sessions ended.</summary>
internal sealed record EndedSessions(int Count);

/// <summary>Maps the tables and what their statements answer with.</summary>
internal sealed class SessionTable
    : IEntityTypeConfiguration<Session>,
        IEntityTypeConfiguration<SessionClient>,
        IEntityTypeConfiguration<LiveSession>,
        IEntityTypeConfiguration<SessionId>,
        IEntityTypeConfiguration<BegunSession>,
        IEntityTypeConfiguration<EndedSessions>
{
    public void Configure(EntityTypeBuilder<Session> builder) =>
        builder.ToTable("account_sessions").HasKey(session => session.Id);

    public void Configure(EntityTypeBuilder<SessionClient> builder)
    {
        builder.ToTable("account_session_clients").HasKey(client => new { client.SessionId, client.ClientId });
        builder.HasOne<Session>().WithMany().HasForeignKey(client => client.SessionId);
    }

    public void Configure(EntityTypeBuilder<LiveSession> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<SessionId> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<BegunSession> builder) => builder.HasNoKey().ToView(null);

    public void Configure(EntityTypeBuilder<EndedSessions> builder) => builder.HasNoKey().ToView(null);
}
