using System.CommandLine;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Audit;

/// <summary>The options that choose audit events.</summary>
internal sealed class AuditFilterOptions(TimeProvider clock)
{
    private readonly Option<DateTimeOffset?> _since = Time("--since", $"Not before this: {AuditTime.Help}.", clock);
    private readonly Option<DateTimeOffset?> _until = Time("--until", "Before this; written like --since.", clock);
    private readonly Option<string?> _event = new("--event") { Description = "What happened, such as refresh_token_reused or sign_in.", HelpName = "event" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why it was refused, such as client_secret_wrong; docs/errors.md has them all.", HelpName = "reason" };
    private readonly Option<string?> _client = new("--client") { Description = "The client_id.", HelpName = "id" };
    private readonly Option<Guid?> _user = new("--user") { Description = "The account's id, which is the sub of its tokens.", HelpName = "uuid" };
    private readonly Option<string?> _address = new("--address") { Description = "The address that the request came from.", HelpName = "ip" };
    private readonly Option<string?> _correlation = new("--correlation-id") { Description = "The id that the answer carried.", HelpName = "id" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_since, _until, _event, _reason, _client, _user, _address, _correlation]) command.Options.Add(option);
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
        Address = parsed.GetValue(_address),
        CorrelationId = parsed.GetValue(_correlation),
    };

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
