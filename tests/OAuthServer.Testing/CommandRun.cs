using System.Text.Json;

namespace OAuthServer.Testing;

/// <summary>What a run of a command left.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public IReadOnlyList<string> Lines =>
        Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
