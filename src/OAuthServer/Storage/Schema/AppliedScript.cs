using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OAuthServer.Storage.Schema;

/// <summary>
/// A row of <c>schema_versions</c>: a script that this database has run, by the time of the database's clock.
/// </summary>
internal sealed record AppliedScript
{
    /// <summary>The table, which the first migration makes.</summary>
    public const string Table = "schema_versions";

    public const string CreateTable =
        $"CREATE TABLE IF NOT EXISTS {Table} "
        + "(script_name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())";

    public required string ScriptName { get; init; }

    public DateTimeOffset AppliedAt { get; init; }
}

/// <summary>Whether a table is there.</summary>
internal sealed record TablePresence(bool Exists);

/// <summary>Maps the table.</summary>
internal sealed class AppliedScriptTable
    : IEntityTypeConfiguration<AppliedScript>, IEntityTypeConfiguration<TablePresence>
{
    public void Configure(EntityTypeBuilder<AppliedScript> builder)
    {
        builder.ToTable(AppliedScript.Table).HasKey(script => script.ScriptName);
        builder.Property(script => script.AppliedAt).HasDefaultValueSql("now()").ValueGeneratedOnAdd();
    }

    public void Configure(EntityTypeBuilder<TablePresence> builder) => builder.HasNoKey().ToView(null);
}
