using System.CommandLine;
using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>The options that choose audit events.</summary>
internal sealed class AuditFilterOptions(TimeProvider clock)
{
    private readonly Option<DateTimeOffset?> _since = Time("--since", $"Not before this: {AuditTime.Help}.", clock);
    private readonly Option<DateTimeOffset?> _until = Time("--until", "Before this; written like --since.", clock);
    private readonly Option<string?> _event =
        Text("--event", "event", "What happened, such as refresh_token_reused or sign_in.");

    private readonly Option<string?> _reason =
        Text("--reason", "reason", "Why it was refused, such as client_secret_wrong; docs/errors.md has them all.");

    private readonly Option<string?> _client = Text("--client", "id", "The client_id.");
    private readonly Option<Guid?> _user = new("--user")
    {
        Description = "The account's id, which is the sub of its tokens.",
        HelpName = "uuid",
    };

    private readonly Option<Guid?> _pseudonym = new("--pseudonym")
    {
        Description = "What the audit log calls the person; it stays the same after the account was deleted.",
        HelpName = "uuid",
    };

    private readonly Option<string?> _address = Text("--address", "ip", "The address that the request came from.");
    private readonly Option<string?> _correlation = Text("--correlation-id", "id", "The id that the answer carried.");

    /// <summary>An option for a number of events.</summary>
    public static Option<int> Count(string name, string description, int usual)
    {
        var count = new Option<int>(name) { Description = description, DefaultValueFactory = _ => usual };
        count.Validators.Add(given =>
        {
            if (given.Tokens is [var token] && !(ParseCount(token.Value) > 0))
                given.AddError($"{name} must be a number from 1 on.");
        });
        return count;
    }

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] options = [_since, _until, _event, _reason, _client, _user, _pseudonym, _address, _correlation];
        foreach (var option in options) command.Options.Add(option);
    }

    /// <summary>What was asked for.</summary>
    public AuditFilter Read(ParseResult parsed) => new()
    {
        Since = parsed.GetValue(_since),
        Until = parsed.GetValue(_until),
        Event = parsed.GetValue(_event),
        Reason = parsed.GetValue(_reason),
        ClientId = parsed.GetValue(_client),
        UserId = parsed.GetValue(_user),
        Pseudonym = parsed.GetValue(_pseudonym),
        Address = parsed.GetValue(_address),
        CorrelationId = parsed.GetValue(_correlation),
    };

    private static int? ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static Option<string?> Text(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value };

    private static Option<DateTimeOffset?> Time(string name, string description, TimeProvider clock) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = given =>
        {
            if (AuditTime.TryParse(given.Tokens.Single().Value, clock.GetUtcNow(), out var moment)) return moment;
            given.AddError($"{name} must be {AuditTime.Help}.");
            return null;
        },
    };
}
