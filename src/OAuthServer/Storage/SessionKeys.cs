using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace OAuthServer.Storage;

/// <summary>From when until when a Data Protection key protects new cookies.</summary>
internal sealed record SessionKeyRow(DateTimeOffset ActivatesAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Table <c>data_protection_keys</c>: where ASP.NET Core Data Protection keeps the keys of session cookies, so that all instances
/// read each other's, and the dates of these keys.
/// </summary>
internal sealed class SessionKeys(NpgsqlDataSource database) : IXmlRepository
{
    private const string Read = "SELECT xml FROM data_protection_keys WHERE xml <> '' ORDER BY id";

    private const string Insert = "INSERT INTO data_protection_keys (friendly_name, xml) VALUES ($1, $2)";

    // The dates are cut out by the database, so that no key leaves it.
    private const string Dates = """
        SELECT substring(xml from '<activationDate>([^<]+)</activationDate>'), substring(xml from '<expirationDate>([^<]+)</expirationDate>')
        FROM data_protection_keys WHERE xml LIKE '<key %'
        """;

    /// <inheritdoc/>
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var command = database.CreateCommand(Read);
        using var row = command.ExecuteReader();
        var elements = new List<XElement>();
        while (row.Read()) elements.Add(XElement.Parse(row.GetString(0)));
        return elements;
    }

    /// <inheritdoc/>
    public void StoreElement(XElement element, string friendlyName)
    {
        using var command = database.CreateCommand(Insert);
        command.Parameters.AddText(friendlyName).AddText(element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }

    /// <summary>The dates of every key. One whose dates cannot be read is left out.</summary>
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
