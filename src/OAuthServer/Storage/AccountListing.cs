using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Storage;

/// <summary>Which accounts to list; null and false ask for nothing. All that is given must hold.</summary>
internal sealed record AccountFilter
{
    /// <summary>A part of the address, as addresses are compared.</summary>
    public string? Address { get; init; }

    /// <summary>The whole address, as addresses are compared.</summary>
    public string? Email { get; init; }

    public bool Disabled { get; init; }

    public bool Locked { get; init; }

    public bool Unconfirmed { get; init; }

    /// <summary>Those who cannot sign in with a password.</summary>
    public bool WithoutPassword { get; init; }
}

/// <summary>What an operator sees of accounts.</summary>
internal sealed class AccountListing(IDbContextFactory<OAuthDbContext> contexts)
{
    /// <summary>The first accounts that match, in the order of their addresses.</summary>
    public async Task<IReadOnlyList<Account>> FindAsync(AccountFilter filter, int limit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = Matching(db, filter, await db.ClockAsync(ct));
        return await rows.OrderBy(row => row.NormalizedEmail).Take(limit).ToListAsync(ct);
    }

    /// <summary>The first accounts that match, in the order of their ids, behind the one of an id.</summary>
    public async Task<IReadOnlyList<Account>> PageAsync(
        AccountFilter filter, Guid? after, int limit, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        var rows = Matching(db, filter, await db.ClockAsync(ct));
        if (after is { } last) rows = rows.Where(row => row.Id.CompareTo(last) > 0);
        return await rows.OrderBy(row => row.Id).Take(limit).ToListAsync(ct);
    }

    /// <summary>How many apps have the consent of an account.</summary>
    public async Task<int> AppsAsync(Guid id, CancellationToken ct)
    {
        await using var db = await contexts.CreateDbContextAsync(ct);
        return await db.Consents.Where(consent => consent.UserId == id)
            .Select(consent => consent.ClientId).Distinct().CountAsync(ct);
    }

    private static IQueryable<Account> Matching(OAuthDbContext db, AccountFilter filter, DateTimeOffset now)
    {
        IQueryable<Account> rows = db.Accounts;
        if (filter.Address is { } address) rows = rows.Where(row => row.NormalizedEmail!.Contains(address));
        if (filter.Email is { } email) rows = rows.Where(row => row.NormalizedEmail == email);
        if (filter.Disabled) rows = rows.Where(row => row.DisabledAt != null);
        if (filter.Locked) rows = rows.Where(row => row.LockoutEnd > now);
        if (filter.Unconfirmed) rows = rows.Where(row => !row.EmailConfirmed);
        if (filter.WithoutPassword) rows = rows.Where(row => row.PasswordHash == null);
        return rows;
    }
}
