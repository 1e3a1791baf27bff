namespace OAuthServer.LocalPostgres;

/// <summary>
/// The command that opens a cluster's database in psql. The password stays in a file of its owner's, where libpq looks
/// for it: what is printed may end in a log or a history.
/// </summary>
internal static class PsqlLine
{
    /// <summary>Writes the password file and says the command.</summary>
    /// <param name="role">The role, and the database of its name.</param>
    public static string Make(
        ClusterDirectory directory, ServerAccount account, string psql, string role, int port)
    {
        var password = File.ReadAllText(directory.Password);
        ClusterDirectory.WritePrivate(
            account, directory.PasswordForClients, $"127.0.0.1:*:*:{role}:{password}{Environment.NewLine}");
        var file = Uri.EscapeDataString(directory.PasswordForClients).Replace("%2F", "/", StringComparison.Ordinal);
        return $"{psql} \"postgresql://{role}@127.0.0.1:{port}/{role}?passfile={file}\"";
    }
}
