using Microsoft.Extensions.Primitives;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Account;

/// <summary>
/// A form posted to a page for people, read as strictly as any other body (<see cref="FormReader"/>), and without
/// control characters or repeated fields. A form that cannot be read is null and becomes a 400 page; nothing here
/// throws because of what was sent.
/// </summary>
internal sealed class AccountForm
{
    private const string AntiforgeryField = "antiforgery";

    private readonly Parameters _parameters;

    private AccountForm(Parameters parameters) => _parameters = parameters;

    /// <summary>The value of a field; empty when it was not sent.</summary>
    public string this[string name] => _parameters[name] ?? "";

    /// <summary>The number of fields only: values can be passwords.</summary>
    public override string ToString() => _parameters.ToString();

    /// <summary>
    /// Reads the body. The framework's form is set to the same fields, so that antiforgery checks what we read.
    /// </summary>
    /// <param name="fields">The fields of the form besides the antiforgery token.</param>
    public static async Task<AccountForm?> ReadAsync(HttpRequest request, string[] fields, CancellationToken ct)
    {
        try
        {
            if ((await FormReader.ReadAsync(request, ct)).Failed(out _, out var parameters)) return null;
            string[] known = [.. fields, AntiforgeryField];
            if (parameters.Repeated(known) is not null) return null;
            if (parameters.HasUnreadable(FormReader.LongestBody)) return null;
            request.Form = new FormCollection(known.ToDictionary(
                name => name, name => new StringValues(parameters[name] ?? ""), StringComparer.Ordinal));
            return new AccountForm(parameters);
        }
        catch (BadHttpRequestException)
        {
            // The body broke a rule of HTTP itself: a wrong length, a bad chunk, more bytes than the server takes.
            return null;
        }
    }
}
