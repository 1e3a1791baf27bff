using System.CommandLine;

namespace OAuthServer.Operators.Import;

/// <summary>The options that every source has.</summary>
internal sealed class ImportChoices
{
    private readonly Option<bool> _apply = new("--apply") { Description = "Do it. Without this nothing is written." };

    private readonly Option<bool> _dryRun = new("--dry-run")
    {
        Description = "Say what would come of it, and write nothing: what happens without --apply too.",
    };

    private readonly Option<string[]> _apis = new("--api")
    {
        Description = "The identifier here, an absolute URI, of an API that has another name there. May be repeated.",
        HelpName = "name=uri",
    };

    private readonly Option<string?> _defaultApi = new("--default-api")
    {
        Description = "The API that requests mean that name none, by either name. Left out: the one that there is.",
    };

    public Option<bool> Json { get; } = CommandOutput.Json();

    public void AddTo(Command command)
    {
        _apis.Validators.Add(given =>
        {
            foreach (var token in given.Tokens.Where(token => Pair(token.Value) is null))
                given.AddError($"--api {token.Value} is no name=uri, such as api1=https://api.example.com.");
        });
        foreach (var option in (Option[])[_apply, _dryRun, _apis, _defaultApi, Json]) command.Options.Add(option);
        command.Validators.Add(given =>
        {
            if (given.GetValue(_apply) && given.GetValue(_dryRun))
                given.AddError("Give --apply or --dry-run, not both.");
        });
    }

    public ImportOptions Read(ParseResult parsed, int cost) => new()
    {
        Apply = parsed.GetValue(_apply),
        Cost = cost,
        Apis = (parsed.GetValue(_apis) ?? []).Select(Pair).OfType<KeyValuePair<string, string>>()
            .DistinctBy(pair => pair.Key).ToDictionary(StringComparer.Ordinal),
        DefaultApi = parsed.GetValue(_defaultApi),
    };

    // The name may hold the sign; a URI as identifier has it in its query at most.
    private static KeyValuePair<string, string>? Pair(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1
            ? new(text[..at], text[(at + 1)..])
            : null;
}
