using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OAuthServer.Storage;
using OAuthServer.Storage.Schema;

namespace OAuthServer.Testing;

/// <summary>
/// A database of one test's own with the full schema, cloned from a template in a fraction of a second; dropped on
/// dispose.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    // Copying a database needs it free of connections, so clones are made one after the other.
    private static readonly SemaphoreSlim Cloning = new(1);
    private static readonly Lazy<Task<string>> Template = new(() => Task.Run(CreateTemplateAsync));

    private readonly string _administration;
    private readonly string _name;
    private OAuthDatabase? _contexts;

    private TestDatabase(string administration, string name)
    {
        _administration = administration;
        _name = name;
        // What an operator may write there: the server lets no value into a log all the same.
        ConnectionString = new NpgsqlConnectionStringBuilder(administration)
        {
            Database = name,
            IncludeErrorDetail = true,
            LogParameters = true,
            MaxPoolSize = 50,
        }.ConnectionString;
        DataSource = Quiet(ConnectionString);
    }

    /// <summary>For the server under test; its pool is apart from <see cref="DataSource"/>.</summary>
    public string ConnectionString { get; }

    /// <summary>For the test's own statements.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <summary>A database with the schema of this build.</summary>
    public static async Task<TestDatabase> CreateAsync() => await CloneAsync(await Template.Value);

    /// <summary>A database with nothing in it, for tests of the migrations themselves.</summary>
    /// <param name="locale">
    /// How it differs from the cluster, such as <c>LOCALE_PROVIDER icu ICU_LOCALE 'tr'</c>.
    /// </param>
    public static Task<TestDatabase> CreateEmptyAsync(string locale = "") => CloneAsync("template0", locale);

    /// <summary>Gives any database the schema of this build.</summary>
    public static async Task MigrateAsync(string connectionString)
    {
        await using var database = OAuthDatabase.Open(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        var result = await new Migrator(database, NullLogger<Migrator>.Instance).RunAsync();
        if (!result.Ok) throw new InvalidOperationException($"{result.FailedScript} failed: {result.Cause}");
    }

    /// <summary>Contexts over this database, as the server has them.</summary>
    internal OAuthDatabase Contexts => _contexts ??= OAuthDatabase.Open(ConnectionString);

    /// <summary>
    /// Runs a statement; parameters are <c>$1</c>, <c>$2</c>, … The answer is the number of rows touched.
    /// </summary>
    public async Task<int> ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>The first column of the first row; default when there is no row or it is NULL.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        return await reader.ReadAsync() && !await reader.IsDBNullAsync(0)
            ? await reader.GetFieldValueAsync<T>(0)
            : default;
    }

    /// <summary>Every row, by column name; NULL is null.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, object?>>> QueryAsync(
        string sql, params object?[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<IReadOnlyDictionary<string, object?>>();
        while (await reader.ReadAsync())
        {
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(
                reader.GetName,
                column => reader.IsDBNull(column) ? null : reader.GetValue(column)));
        }

        return rows;
    }

    /// <summary>
    /// Lets time pass for the rows: moves every timestamptz of every oauth_ table back by this much, so what was to
    /// expire in five minutes has expired after <c>AgeAsync(6 minutes)</c>. No trigger fires and no foreign key is
    /// looked at.
    /// </summary>
    public async Task AgeAsync(TimeSpan by)
    {
        var columns = await QueryAsync(
            """
            SELECT format('UPDATE %I SET %s', table_name, string_agg(format('%1$I = %1$I - $1', column_name), ', '))
                AS statement
            FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name LIKE 'oauth\_%'
              AND data_type = 'timestamp with time zone' AND is_generated = 'NEVER'
            GROUP BY table_name
            """);
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var quiet = new NpgsqlCommand("SET LOCAL session_replication_role = replica", connection))
            await quiet.ExecuteNonQueryAsync();
        foreach (var row in columns)
        {
            await using var update = new NpgsqlCommand((string)row["statement"]!, connection)
            {
                Parameters = { new() { Value = by } },
            };
            await update.ExecuteNonQueryAsync();
        }

        await transaction.CommitAsync();
    }

    /// <summary>
    /// How many statements this database has run so far. Take it before and after, and subtract. BEGIN and COMMIT
    /// count; the counting itself and what the driver does on its own (a new connection's types, a returned one's
    /// reset) do not.
    /// </summary>
    public async Task<long> StatementCountAsync() => await ScalarAsync<long>(
        """
        SELECT coalesce(sum(calls), 0)::bigint
        FROM pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND query !~ 'pg_stat_statements|pg_type|^DISCARD ALL|^SELECT version\(\)'
        """);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_contexts is not null) await _contexts.DisposeAsync();
        await DataSource.DisposeAsync();
        await AdministerAsync(_administration, $"DROP DATABASE IF EXISTS \"{_name}\" WITH (FORCE)");
    }

    /// <summary>A database that is filled once and then copied; its name.</summary>
    internal static async Task<string> FillTemplateAsync(Func<TestDatabase, Task> fill)
    {
        var template = await CreateAsync();
        await fill(template);
        // Only a database that nobody is connected to can be copied.
        await template.DataSource.DisposeAsync();
        return template._name;
    }

    internal static async Task<TestDatabase> CloneAsync(string template, string locale = "")
    {
        var administration = await PostgresCluster.AdministrationAsync();
        var name = NewName("test");
        await Cloning.WaitAsync();
        try
        {
            await AdministerAsync(administration, $"CREATE DATABASE \"{name}\" TEMPLATE \"{template}\" {locale}");
        }
        finally
        {
            Cloning.Release();
        }

        return new TestDatabase(administration, name);
    }

    private static async Task<string> CreateTemplateAsync()
    {
        var administration = await PostgresCluster.AdministrationAsync();
        var name = NewName("template");
        await AdministerAsync(administration, $"CREATE DATABASE \"{name}\" TEMPLATE template0");
        var template = new NpgsqlConnectionStringBuilder(administration) { Database = name }.ConnectionString;
        await AdministerAsync(template, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        await MigrateAsync(template);
        return name;
    }

    private static string NewName(string kind) =>
        $"oauth_{kind}_{Environment.ProcessId}_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    private static async Task AdministerAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }

    // What a test says to the database is no act of the server, and the seed names the demo secrets: no spans of it.
    private static NpgsqlDataSource Quiet(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false));
        return builder.Build();
    }

    private NpgsqlCommand Command(string sql, object?[] parameters)
    {
        var command = DataSource.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}
