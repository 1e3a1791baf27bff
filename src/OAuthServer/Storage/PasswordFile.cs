using Npgsql;

namespace OAuthServer.Storage;

/// <summary>The password in a file that somebody else keeps up to date, such as a mounted secret.</summary>
internal sealed class PasswordFile(string file) : IDatabasePassword
{
    /// <summary>The first line; a file that is away for a moment is an outage like any other.</summary>
    public async ValueTask<string> ReadAsync(CancellationToken ct)
    {
        try
        {
            return await File.ReadLinesAsync(file, ct).FirstOrDefaultAsync(ct) ?? "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new NpgsqlException($"The file with the password cannot be read: {unreadable.Message}", unreadable);
        }
    }
}
