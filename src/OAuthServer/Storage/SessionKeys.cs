using System.Globalization;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>From when until when a Data Protection key protects new cookies.</summary>
internal sealed record SessionKeyRow(DateTimeOffset ActivatesAt, DateTimeOffset ExpiresAt);

/// <summary>Table <c>data_protection_keys</c>, which ASP.NET Core writes: the keys of session cookies, by their dates alone.</summary>
internal sealed class SessionKeys(NpgsqlDataSource database)
{
    // The dates are cut out by the database, so that no key leaves it.
    private const string Dates = """
        SELECT substring(xml from '<activationDate>([^<]+)</activationDate>'), substring(xml from '<expirationDate>([^<]+)</expirationDate>')
        FROM data_protection_keys WHERE xml LIKE '<key %'
        """;

    /// <summary>Every key. One whose dates cannot be read is left out.</summary>
    public async Task<IReadOnlyList<SessionKeyRow>> ListAsync(CancellationToken ct)
    {
        await using var command = database.CreateCommand(Dates);
        await using var row = await command.ExecuteReaderAsync(ct);
        var keys = new List<SessionKeyRow>();
        while (await row.ReadAsync(ct))
        {
            if (Date(row, 0) is { } from && Date(row, 1) is { } until) keys.Add(new(from, until));
        }

        return keys;
    }

    private static DateTimeOffset? Date(NpgsqlDataReader row, int column) =>
        !row.IsDBNull(column) && DateTimeOffset.TryParse(row.GetString(column), CultureInfo.InvariantCulture, out var date) ? date : null;
}
