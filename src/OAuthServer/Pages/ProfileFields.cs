using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>A column of <c>account_profiles</c> that a person writes.</summary>
/// <param name="Column">Its name, also of the field.</param>
/// <param name="Label">What it is.</param>
/// <param name="Autocomplete">What a browser may fill in (HTML §4.10.18.7).</param>
public sealed record ProfileField(string Column, Words Label, string Autocomplete)
{
    public Words? Hint { get; init; }

    /// <summary>The kind of keyboard; the database decides what is right.</summary>
    public string Type { get; init; } = "text";

    /// <summary>For what is read from left to right in every language.</summary>
    public string? Direction => Type == "text" && Hint is null ? "auto" : "ltr";
}

/// <param name="Title">What its fields have in common.</param>
public sealed record ProfileGroup(Words Title, IReadOnlyList<ProfileField> Fields);

/// <summary>The fields of the profile page, in its order.</summary>
public static class ProfileFields
{
    public const string Locale = "locale";

    private static readonly Words Link = new("Profile.LinkHint");

    public static IReadOnlyList<ProfileGroup> Groups { get; } =
    [
        new(new("Profile.Names"),
        [
            new("name", new("Profile.Name"), "name"),
            new("given_name", new("Profile.GivenName"), "given-name"),
            new("middle_name", new("Profile.MiddleName"), "additional-name"),
            new("family_name", new("Profile.FamilyName"), "family-name"),
            new("nickname", new("Profile.Nickname"), "nickname"),
            new("preferred_username", new("Profile.PreferredUsername"), "off"),
        ]),
        new(new("Profile.About"),
        [
            new("gender", new("Profile.Gender"), "sex"),
            new("birthdate", new("Profile.Birthdate"), "bday") { Hint = new("Profile.BirthdateHint") },
            new("website", new("Profile.Website"), "url") { Hint = Link, Type = "url" },
            new("profile", new("Profile.Page"), "off") { Hint = Link, Type = "url" },
            new("picture", new("Profile.Picture"), "photo") { Hint = Link, Type = "url" },
        ]),
        new(new("Profile.Contact"),
        [
            new("phone_number", new("Profile.Phone"), "tel") { Hint = new("Profile.PhoneHint"), Type = "tel" },
            new("street_address", new("Profile.Street"), "street-address"),
            new("postal_code", new("Profile.PostalCode"), "postal-code"),
            new("locality", new("Profile.Locality"), "address-level2"),
            new("region", new("Profile.AddressRegion"), "address-level1"),
            new("country", new("Profile.Country"), "country-name"),
        ]),
        new(new("Profile.Region"),
        [
            new(Locale, new("Profile.Language"), "language") { Hint = new("Profile.LanguageHint") },
            new("zoneinfo", new("Profile.Zone"), "off") { Hint = new("Profile.ZoneHint") },
        ]),
    ];

    public static IReadOnlyList<string> Columns { get; } =
        [.. Groups.SelectMany(group => group.Fields).Select(field => field.Column)];
}
