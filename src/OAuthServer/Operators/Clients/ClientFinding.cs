using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary>Something that <see cref="ClientLint"/> found in a client's row.</summary>
/// <param name="ClientId">The row.</param>
/// <param name="Rule">A stable code; docs/operations/clients.md lists them.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What is so: a sentence.</param>
/// <param name="Advice">What to do about it: a sentence.</param>
internal sealed record ClientFinding(
    string ClientId, string Rule, FindingSeverity Severity, string What, string Advice)
{
    public static ClientFinding Error(ClientRow client, string rule, string what, string advice) =>
        new(client.ClientId, rule, FindingSeverity.Error, what, advice);

    public static ClientFinding Warning(ClientRow client, string rule, string what, string advice) =>
        new(client.ClientId, rule, FindingSeverity.Warning, what, advice);
}
