using OAuthServer.Accounts;
using OAuthServer.Clients;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>What a person is asked, and what to look at twice: a name that may be meant to be another's.</summary>
internal sealed class ConsentQuestions(Consents consents, Storage.Clients clients)
{
    public async Task<AuthorizeOutcome> AskAsync(
        AuthorizeRequest request, SignedInAccount person, CancellationToken ct) =>
        new AuthorizeOutcome.AskConsent(request, await consents.FindAsync(person.Id, request.Client.Id, ct))
        {
            Warnings = await WarningsAsync(request.Client, ct),
        };

    private async Task<IReadOnlyList<Words>> WarningsAsync(Client client, CancellationToken ct)
    {
        var warnings = new List<Words>();
        if (AppName.MixesScripts(client.Name)) warnings.Add(new("Consent.MixedScripts"));
        if (await clients.SharesNameAsync(client.Id, client.Name, ct)) warnings.Add(new("Consent.SharedName"));
        return warnings;
    }
}
