using Microsoft.AspNetCore.Antiforgery;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Endpoints.Account;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>Takes the answer to a consent form: antiforgery first, then the ticket, then the decision.</summary>
internal static class ConsentEndpoint
{
    private const string Allow = "allow";
    private const string Deny = "deny";

    private static readonly string[] Fields = ["ticket", "decision"];

    public static async Task<IResult> AnswerAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        ConsentForm consent,
        AuthorizeService service,
        AuthorizeAnswer answer,
        CancellationToken ct)
    {
        var person = await AccountSession.ReadAsync(http);
        if (await AccountForm.ReadAsync(http.Request, Fields, ct) is not { } form) return consent.Malformed();
        if (consent.Open(form["ticket"]) is not { } ticket) return consent.Expired();
        if (!await antiforgery.IsRequestValidAsync(http)) return consent.Expired(ticket);
        if (AuthorizeEndpoint.ReadQuery(ticket.Query).Failed(out _, out var request)) return consent.Expired();
        if (person is null || person.Id != ticket.UserId) return answer.Restart(request);
        if (!consent.IsLive(ticket)) return answer.Restart(request);
        if (form["decision"] is not (Allow or Deny)) return consent.Malformed(ticket);
        var given = new ConsentAnswer(ticket, request, form["decision"] == Allow);
        var outcome = await service.AnswerAsync(given, person, http.Audit(), ct);
        return outcome is AuthorizeOutcome.SignIn
            ? answer.RestartAsking(request, person)
            : answer.Write(http, outcome, person);
    }
}
