using System.CommandLine;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Npgsql;
using OAuthServer.Operators.Doctor;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Doctor;

/// <summary>One run of <c>OAuthServer doctor</c> in this process, on a real database.</summary>
internal sealed record DoctorRun(int Code, string Output, string Error)
{
    /// <summary>What is true of the cluster and the keys of tests, and would be found anywhere else.</summary>
    public static readonly string[] KnownOfTests =
        [.. Ignore(
            "database_not_durable",
            "key_files_in_production",
            "database_superuser",
            "session_keys_none",
            "mail_server_none")];

    // One young key for all runs.
    private static readonly Lazy<string> Keys = new(KeyFolder.Create);

    /// <summary>The findings of a run with <c>--json</c>, as <c>severity code</c>.</summary>
    public IReadOnlyList<string> Findings =>
    [
        .. from check in Checks
           from finding in check.GetProperty("findings").EnumerateArray()
           select $"{finding.GetProperty("severity").GetString()} {finding.GetProperty("code").GetString()}",
    ];

    /// <summary>The checks of a run with <c>--json</c>.</summary>
    public IEnumerable<JsonElement> Checks => Json.GetProperty("checks").EnumerateArray();

    /// <summary>The object that a run with <c>--json</c> printed.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>The options that leave findings out.</summary>
    public static IEnumerable<string> Ignore(params string[] codes) =>
        codes.SelectMany(code => (string[])["--ignore", code]);

    /// <summary>A fact of a run with <c>--json</c>.</summary>
    public string? Fact(string name) => Checks.Select(check => check.GetProperty("facts"))
        .Single(facts => facts.TryGetProperty(name, out _)).GetProperty(name).GetString();

    /// <summary>The settings of a server that is well, on a database.</summary>
    public static Dictionary<string, string?> Settings(TestDatabase database, string options = "") =>
        Settings(database.ConnectionString, options);

    /// <summary>The same on any database.</summary>
    public static Dictionary<string, string?> Settings(string connectionString, string options = "") => new()
    {
        ["urls"] = "http://*:8080",
        ["OAuth:Issuer"] = "https://as.example.test",
        ["ConnectionStrings:OAuthServer"] = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = 20,
            Options = $"-c synchronous_commit=on {options}",
        }.ConnectionString,
        ["SigningKeys:Source"] = "File",
        ["SigningKeys:Directory"] = Keys.Value,
        ["ForwardedHeaders:KnownProxies:0"] = "10.0.0.7",
        ["ClientSecrets:Cost"] = "10",
    };

    /// <summary>Runs it with <c>--json</c>, leaving out what is true of all tests.</summary>
    public static Task<DoctorRun> OnAsync(
        TestDatabase database, string options = "", Action<WebApplicationBuilder>? more = null) =>
        WithAsync(Settings(database, options), more, ["--json", .. KnownOfTests]);

    /// <summary>Runs it with any settings.</summary>
    public static async Task<DoctorRun> WithAsync(
        Dictionary<string, string?> settings, Action<WebApplicationBuilder>? more, params string[] args)
    {
        var command = DoctorCommand.Create(builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings);
            more?.Invoke(builder);
        });
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var console = new InvocationConfiguration { Output = output, Error = error };
        var code = await command.Parse(args).InvokeAsync(console, TestContext.Current.CancellationToken);
        return new(code, output.ToString(), error.ToString());
    }
}
