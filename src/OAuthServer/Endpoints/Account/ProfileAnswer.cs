using System.Text.Json;
using OAuthServer.Accounts;
using OAuthServer.Audit;
using OAuthServer.Pages;
using OAuthServer.Pages.Views;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Endpoints.Account;

/// <summary>Shows a profile, and writes what the person changed in it.</summary>
internal sealed class ProfileAnswer(
    ProfileEditing profiles, AccountLinks links, PageAnswers pages, Languages languages, LanguageChoice choice)
{
    private const string Phone = "phone_number";
    private const int LongestText = 500;

    private static readonly string[] AddressParts =
        ["street_address", "postal_code", "locality", "region", "country"];

    public async Task<IResult> AskAsync(SignedInAccount account, bool isSaved, CancellationToken ct) =>
        pages.Profile(View(account, await KnownAsync(account, ct)) with { IsSaved = isSaved });

    /// <summary>Writes the columns that differ. What the database refuses is said, and nothing is lost.</summary>
    /// <param name="typed">By column; empty for what is not to be known.</param>
    public async Task<IResult> SaveAsync(
        HttpContext http, SignedInAccount account, Dictionary<string, string> typed, CancellationToken ct)
    {
        if (typed.Values.Any(value => value.Length > LongestText))
            return Refused(account, typed, "profile_texts_have_1_to_500_characters");
        var known = await KnownAsync(account, ct);
        var changed = typed.Where(field => field.Value != known.GetValueOrDefault(field.Key, ""))
            .ToDictionary(field => field.Key, field => (object?)(field.Value.Length == 0 ? null : field.Value));
        // Nobody has shown that the new number is theirs; and the whole address was put together of the old parts.
        if (changed.ContainsKey(Phone)) changed["phone_number_verified"] = false;
        if (AddressParts.Any(changed.ContainsKey)) changed["address_formatted"] = null;
        if (changed.Count > 0
            && await profiles.TryWriteAsync(account.Id, changed, http.Audit(), ct) is { } constraint)
        {
            return Refused(account, typed, constraint);
        }

        choice.Keep(http, typed[ProfileFields.Locale]);
        return new SeeOther(links.Profile + "?done=saved");
    }

    private IResult Refused(SignedInAccount account, Dictionary<string, string> typed, string constraint) =>
        pages.Profile(
            View(account, typed) with { Fault = new("ProfileFault." + constraint) },
            OAuthError.InvalidRequest(string.Empty, Reasons.ProfileUnsuitable));

    private ProfileView View(SignedInAccount account, Dictionary<string, string> values) => new(
        account.Name, values,
        [.. languages.All.Select(spoken => KeyValuePair.Create(spoken.Name, spoken.NativeName))]);

    // Under the names of OpenID Connect, where the parts of the address are an object. A field has one line.
    private async Task<Dictionary<string, string>> KnownAsync(SignedInAccount account, CancellationToken ct)
    {
        using var claims = JsonDocument.Parse(await profiles.ReadAsync(account.Id, ct));
        var texts = claims.RootElement.EnumerateObject().ToList();
        if (claims.RootElement.TryGetProperty("address", out var address)) texts.AddRange(address.EnumerateObject());
        return texts.Where(text => text.Value.ValueKind == JsonValueKind.String)
            .ToDictionary(
                text => text.Name, text => text.Value.GetString()!.ReplaceLineEndings(", "), StringComparer.Ordinal);
    }
}
