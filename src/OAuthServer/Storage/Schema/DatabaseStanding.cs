using Microsoft.Extensions.Options;

namespace OAuthServer.Storage.Schema;

/// <summary>What is known of the database when the server starts: where it is, and how far its schema is.</summary>
internal sealed class DatabaseStanding(SchemaVersion schema, IOptions<DatabaseOptions> options)
{
    /// <summary>The command that opens it in psql; the password is not in it.</summary>
    public string Psql => DatabasePlace.Psql(options.Value.ConnectionString);

    /// <summary>The last migration and what is missing, or why the database does not say.</summary>
    public async Task<string> SchemaAsync(CancellationToken ct)
    {
        try
        {
            var compared = await schema.CompareAsync(ct);
            var latest = compared.Latest ?? "none";
            return compared.IsReady ? latest : $"{latest}, too old: run OAuthServer migrate";
        }
        catch (Exception outage) when (!ct.IsCancellationRequested && DatabaseFailure.Is(outage))
        {
            return $"unknown: {DatabasePlace.Reason(outage).TrimEnd('.')}. {DatabasePlace.Advice(outage)}";
        }
    }
}
