using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Endpoints.Account;
using OAuthServer.Pages;
using OAuthServer.Settings;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Takes the answer to a consent form: antiforgery first, then the ticket, then the decision.</summary>
internal static class ConsentEndpoint
{
    public const string Route = "/oauth/authorize/consent";

    public static async Task<IResult> AnswerAsync(
        HttpContext http, AuthorizeService service, ConsentTickets tickets, AuthorizeAnswer answer, ServerAddress address, IAntiforgery antiforgery, CancellationToken ct)
    {
        var person = await AccountSession.ReadAsync(http);
        var connections = address.Local("/account/connections");
        if (await AccountForm.ReadAsync(http.Request, ct) is not { } form) return PageAnswer.Malformed(connections);
        if (tickets.Open(form["ticket"]) is not { } ticket) return PageAnswer.FormExpired(connections);
        // The link only opens the request again; what is asked and of whom is judged anew.
        if (!await antiforgery.IsRequestValidAsync(http)) return PageAnswer.FormExpired(address.Local(AuthorizeEndpoint.Route) + ticket.Query);
        if (AuthorizeEndpoint.ReadQuery(ticket.Query).Failed(out _, out var parameters)) return PageAnswer.FormExpired(connections);
        if (person is null || person.Id != ticket.UserId || !tickets.IsLive(ticket)) return answer.Restart(ticket.Query);
        if (form["decision"] is not ("allow" or "deny")) return PageAnswer.Malformed(address.Local(AuthorizeEndpoint.Route) + ticket.Query);
        var outcome = await service.AnswerAsync(ticket, parameters, form["decision"] == "allow", person, http.Audit(), ct);
        // A form that was answered before asks anew, since remembered consent would make a second code of one answer.
        return outcome is AuthorizeOutcome.SignIn ? answer.Restart(ticket.Query + "&prompt=consent") : answer.Write(http, outcome, person);
    }
}
