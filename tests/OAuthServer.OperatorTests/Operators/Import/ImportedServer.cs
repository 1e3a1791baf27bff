using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Import;

/// <summary>Commands on the database that an import writes.</summary>
internal static class ImportedServer
{
    public static CommandLine On(TestDatabase database) => new()
    {
        Settings =
        {
            ["ConnectionStrings:OAuthServer"] = database.ConnectionString,
            ["OAuth:Issuer"] = TestServer.Issuer,
            // The lowest that the schema takes.
            ["ClientSecrets:Cost"] = "10",
        },
    };
}
