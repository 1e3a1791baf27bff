using System.Globalization;
using System.Text.Json;

namespace OAuthServer.Bench.Reports;

/// <summary>Writes a report as <c>NAME-DATE.json</c> and <c>.md</c>.</summary>
internal static class ReportFiles
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Gives back the path of the Markdown file.</summary>
    public static async Task<string> WriteAsync<T>(
        string folder, string name, DateTimeOffset date, T report, string markdown, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{name}-{date.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        await File.WriteAllTextAsync(path + ".json", JsonSerializer.Serialize(report, Json), ct);
        await File.WriteAllTextAsync(path + ".md", markdown, ct);
        return path + ".md";
    }
}
