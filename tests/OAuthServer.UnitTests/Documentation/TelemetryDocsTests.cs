using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OAuthServer.Audit;
using OAuthServer.Hosting;

namespace OAuthServer.UnitTests.Documentation;

/// <summary>The table of instruments and the dashboard name what the server has, all of it and nothing else.</summary>
public sealed partial class TelemetryDocsTests
{
    // Made by the web server when it starts, and by Prometheus.
    private static readonly string[] OfTheFramework =
        ["http_server_request_duration_seconds_bucket", "http_server_request_duration_seconds_count"];

    private static readonly string[] LabelsOfOthers =
        ["le", "job", "instance", "http_route", "http_response_status_code", "db_client_connection_state"];

    private static readonly string[] TitlesOfRows =
    [
        "Traffic", "Refusals by reason", "Latency, split", "Signing keys", "Database and sweeper",
        "Guessing and limits",
    ];

    private static readonly string Root = MarkdownPage.Root;
    private static readonly IReadOnlyList<Instrument> Instruments = Built();
    private static readonly string Dashboard = File.ReadAllText(Path.Combine(Root, "docs", "grafana-dashboard.json"));

    private static IEnumerable<Instrument> Own =>
        Instruments.Where(instrument => instrument.Meter.Name == ServerTelemetry.Name);

    [Fact]
    public void The_table_in_operations_has_every_instrument_with_its_kind_and_unit()
    {
        Assert.True(Own.Count() >= 13, "The instruments were not found.");
        Assert.Equal(
            Sorted(Own.Select(instrument => $"{instrument.Name} {Kind(instrument)} {instrument.Unit}")),
            Sorted(Rows().Select(row => $"{row.Name} {row.Kind} {row.Unit}")));
        Assert.All(Own, instrument => Assert.EndsWith(".", instrument.Description, StringComparison.Ordinal));
    }

    [Fact]
    public void The_table_in_operations_has_every_tag() =>
        Assert.Equal(Sorted(Tags()), Sorted(Rows().SelectMany(row => row.Tags).Distinct()));

    [Fact]
    public void The_dashboard_shows_every_instrument_and_names_only_metrics_that_exist()
    {
        var used = Expressions().SelectMany(expression => First(Metric(), expression)).ToHashSet();
        Assert.Empty(used.Except(Instruments.SelectMany(InPrometheus)).Except(OfTheFramework));
        var unseen = Own.Where(instrument => !InPrometheus(instrument).Any(used.Contains));
        Assert.Empty(unseen.Select(instrument => instrument.Name));
    }

    [Fact]
    public void The_dashboard_names_only_labels_that_exist()
    {
        var used = Expressions().SelectMany(Labels).ToHashSet();
        Assert.Superset(new HashSet<string> { "oauth_reason", "oauth_check", "job" }, used);
        Assert.Empty(used.Except(Tags().Select(tag => tag.Replace('.', '_'))).Except(LabelsOfOthers));
    }

    [Fact]
    public void The_dashboard_can_be_imported()
    {
        using var json = JsonDocument.Parse(Dashboard);
        var panels = json.RootElement.GetProperty("panels").EnumerateArray().ToList();
        var variables = json.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Select(variable => variable.GetProperty("name").GetString()).ToList();

        Assert.True(json.RootElement.GetProperty("schemaVersion").GetInt32() >= 39);
        Assert.Equal(["datasource", "job", "instance"], variables);
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Equal(TitlesOfRows, panels.Where(IsRow).Select(panel => panel.GetProperty("title").GetString()));
        Assert.All(panels.Where(panel => !IsRow(panel)), panel =>
        {
            Assert.NotEmpty(panel.GetProperty("description").GetString()!);
            Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            var place = panel.GetProperty("gridPos");
            Assert.True(place.GetProperty("x").GetInt32() + place.GetProperty("w").GetInt32() <= 24);
        });
        var named = Expressions().SelectMany(expression => First(Variable(), expression));
        Assert.Empty(named.Except(variables).Except(["__rate_interval"]));
        static bool IsRow(JsonElement panel) => panel.GetProperty("type").GetString() == "row";
    }

    // As the collector and Prometheus name them: dots become underscores, the unit and the kind follow.
    private static IEnumerable<string> InPrometheus(Instrument instrument)
    {
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "d" => "_days",
            _ => string.Empty,
        };
        var name = instrument.Name.Replace('.', '_') + unit;
        return Kind(instrument) switch
        {
            "counter" => [name + "_total"],
            "histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name switch
    {
        "Counter`1" or "ObservableCounter`1" => "counter",
        "Histogram`1" => "histogram",
        _ => "gauge",
    };

    private static IEnumerable<(string Name, string Kind, string Unit, string[] Tags)> Rows() =>
        from line in MarkdownPage.Read("docs/operations/telemetry.md").Prose
        let row = Row().Match(line)
        where row.Success
        let tags = First(Quoted(), row.Groups[4].Value).ToArray()
        select (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value, tags);

    // Every name of ours in the source that is no instrument's.
    private static IEnumerable<string> Tags()
    {
        var server = Path.Combine(Root, "src", "OAuthServer");
        var sources = Directory.EnumerateFiles(server, "*.cs", SearchOption.AllDirectories);
        var names = sources.SelectMany(file => First(Name(), File.ReadAllText(file)));
        return names.Distinct().Except(Own.Select(instrument => instrument.Name));
    }

    // Those of selectors, of "by (…)" and of legends.
    private static IEnumerable<string> Labels(string expression) =>
        First(Selector(), expression).SelectMany(selector => First(Label(), selector))
            .Concat(First(Grouping(), expression).SelectMany(by => by.Split(',', StringSplitOptions.TrimEntries)))
            .Concat(First(Legend(), expression));

    private static IEnumerable<string> First(Regex pattern, string text) =>
        pattern.Matches(text).Select(match => match.Groups[1].Value);

    private static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);

    private static List<string> Expressions()
    {
        using var json = JsonDocument.Parse(Dashboard);
        var found = new List<string>();
        Walk(json.RootElement);
        Assert.True(found.Count > 20, "The expressions were not found.");
        return found;

        void Walk(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array) foreach (var inner in element.EnumerateArray()) Walk(inner);
            if (element.ValueKind != JsonValueKind.Object) return;
            foreach (var member in element.EnumerateObject())
            {
                if (member.Name is "expr" or "definition" or "legendFormat") found.Add(member.Value.GetString()!);
                else Walk(member.Value);
            }
        }
    }

    private static List<Instrument> Built()
    {
        var settings = new Dictionary<string, string?>
        {
            ["OAuth:Issuer"] = "https://as.example.test",
            ["ConnectionStrings:OAuthServer"] = "Host=127.0.0.1;Port=1;Database=none;Username=none",
            ["SigningKeys:Source"] = "File",
        };
        using var app = ServerHost.Build(
            ["--environment=Production", $"--contentRoot={AppContext.BaseDirectory}"],
            builder => builder.Configuration.AddInMemoryCollection(settings));
        var scope = app!.Services.GetRequiredService<IMeterFactory>();
        app.Services.GetRequiredService<ServerTelemetry>();
        app.Services.GetRequiredService<NpgsqlDataSource>();
        var instruments = new List<Instrument>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, scope) || instrument.Meter.Name == "Npgsql")
                    instruments.Add(instrument);
            },
        };
        listener.Start();
        return [.. instruments.DistinctBy(instrument => instrument.Name)];
    }

    [GeneratedRegex(@"^\| `(oauth\.server\.[a-z_.]+)` \| (counter|gauge|histogram), `([^`]+)` \|([^|]*)\|")]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"""(oauth\.[a-z_]+(?:\.[a-z_]+)*)""")]
    private static partial Regex Name();

    [GeneratedRegex(@"([a-z_][a-z0-9_]*)\{(?!\{)")]
    private static partial Regex Metric();

    [GeneratedRegex(@"(?<!\{)\{([^{}]*)\}(?!\})")]
    private static partial Regex Selector();

    [GeneratedRegex(@"([a-z_]+)\s*(?:=~|!=|!~|=)")]
    private static partial Regex Label();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{\{([a-z_]+)\}\}")]
    private static partial Regex Legend();

    [GeneratedRegex(@"\$([a-z_]+)")]
    private static partial Regex Variable();
}
