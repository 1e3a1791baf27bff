using Microsoft.AspNetCore.Identity;
using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>A person who can sign in (table <c>accounts</c>). ASP.NET Core Identity owns passwords and lockout.</summary>
internal sealed class Account : IdentityUser<Guid>
{
    /// <summary>When an operator shut the account; its sessions, codes and refresh tokens are dead from then on.</summary>
    public DateTimeOffset? DisabledAt { get; init; }
}

/// <summary>Table <c>accounts</c>. Names and e-mail addresses are looked up in the form that Identity calls normalized.</summary>
internal sealed class Accounts(NpgsqlDataSource database, ServerTelemetry telemetry)
{
    private const string Columns = """
        id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, concurrency_stamp,
        lockout_end, lockout_enabled, access_failed_count, disabled_at
        """;

    private const string FindById = $"SELECT {Columns} FROM accounts WHERE id = $1";

    private const string FindByName = $"SELECT {Columns} FROM accounts WHERE normalized_user_name = $1";

    private const string FindByEmail = $"SELECT {Columns} FROM accounts WHERE normalized_email = $1";

    private const string Insert = """
        INSERT INTO accounts
            (id, user_name, normalized_user_name, email, normalized_email, email_confirmed, password_hash, security_stamp, lockout_end,
             lockout_enabled, access_failed_count, concurrency_stamp, phone_number_confirmed, two_factor_enabled)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false, false)
        """;

    // An account is disabled by operators alone: what was read before they did must not undo it.
    private const string Update = """
        UPDATE accounts
        SET user_name = $2, normalized_user_name = $3, email = $4, normalized_email = $5, email_confirmed = $6, password_hash = $7, security_stamp = $8,
            lockout_end = $9, lockout_enabled = $10, access_failed_count = $11, concurrency_stamp = $12
        WHERE id = $1 AND concurrency_stamp IS NOT DISTINCT FROM $13
        """;

    /// <summary>The account of this id, also when it is disabled; null when there is none.</summary>
    public async Task<Account?> FindByIdAsync(Guid id, CancellationToken ct)
    {
        await using var command = database.CreateCommand(FindById);
        command.Parameters.AddUuid(id);
        return await FindAsync(command, ct);
    }

    /// <summary>The account of this normalized name; null when there is none.</summary>
    public async Task<Account?> FindByNameAsync(string normalizedName, CancellationToken ct)
    {
        await using var command = database.CreateCommand(FindByName);
        command.Parameters.AddText(normalizedName);
        return await FindAsync(command, ct);
    }

    /// <summary>The account of this normalized e-mail address; null when there is none.</summary>
    public async Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken ct)
    {
        await using var command = database.CreateCommand(FindByEmail);
        command.Parameters.AddText(normalizedEmail);
        return await FindAsync(command, ct);
    }

    /// <summary>Adds an account; false when another has its id, name or e-mail address.</summary>
    public async Task<bool> TryAddAsync(Account account, CancellationToken ct)
    {
        using var timed = telemetry.Statement("account.add");
        await using var command = database.CreateCommand(Insert);
        Bind(command.Parameters, account).AddText(account.ConcurrencyStamp);
        return await TryWriteAsync(command, ct);
    }

    /// <summary>
    /// Writes what Identity changed, under a new concurrency stamp, which the account then has. False when somebody changed
    /// the row since it was read, or another account has the name or the e-mail address.
    /// </summary>
    public async Task<bool> TryUpdateAsync(Account account, CancellationToken ct)
    {
        using var timed = telemetry.Statement("account.update");
        var stamp = Handle.NewId().ToString();
        await using var command = database.CreateCommand(Update);
        Bind(command.Parameters, account).AddText(stamp).AddText(account.ConcurrencyStamp);
        if (!await TryWriteAsync(command, ct)) return false;
        account.ConcurrencyStamp = stamp;
        return true;
    }

    private static async Task<bool> TryWriteAsync(NpgsqlCommand command, CancellationToken ct)
    {
        try
        {
            return await command.ExecuteNonQueryAsync(ct) == 1;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    private static NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters, Account account) => parameters
        .AddUuid(account.Id).AddText(account.UserName).AddText(account.NormalizedUserName).AddText(account.Email).AddText(account.NormalizedEmail)
        .AddFlag(account.EmailConfirmed).AddText(account.PasswordHash).AddText(account.SecurityStamp).AddTime(account.LockoutEnd?.UtcDateTime)
        .AddFlag(account.LockoutEnabled).AddInteger(account.AccessFailedCount);

    private async Task<Account?> FindAsync(NpgsqlCommand command, CancellationToken ct)
    {
        using var timed = telemetry.Statement("account.find");
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct)) return null;
        return new Account
        {
            Id = row.GetGuid(0),
            UserName = row.TextOrNull(1),
            NormalizedUserName = row.TextOrNull(2),
            Email = row.TextOrNull(3),
            NormalizedEmail = row.TextOrNull(4),
            EmailConfirmed = row.GetBoolean(5),
            PasswordHash = row.TextOrNull(6),
            SecurityStamp = row.TextOrNull(7),
            ConcurrencyStamp = row.TextOrNull(8),
            LockoutEnd = row.TimeOrNull(9),
            LockoutEnabled = row.GetBoolean(10),
            AccessFailedCount = row.GetInt32(11),
            DisabledAt = row.TimeOrNull(12),
        };
    }
}
