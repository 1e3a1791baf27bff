using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.WebUtilities;

namespace OAuthServer.Pages;

/// <summary>
/// The language that an app asks for (OpenID Connect Core §3.1.2.1): in the address itself, or in the request that the
/// person comes back to after signing in. Only the name of a language that there is goes on from here.
/// </summary>
internal sealed class UiLocalesProvider(Languages languages) : RequestCultureProvider
{
    /// <summary>Its parameter, at every address of a page.</summary>
    public const string Parameter = "ui_locales";

    public override Task<ProviderCultureResult?> DetermineProviderCultureResult(HttpContext httpContext)
    {
        var query = httpContext.Request.Query;
        var asked = languages.Choose(Once(query, Parameter)) ?? languages.Choose(OfTarget(Once(query, "returnUrl")));
        return asked is null ? NullProviderCultureResult : Task.FromResult<ProviderCultureResult?>(new(asked.Name));
    }

    private static string? Once(IQueryCollection query, string name) =>
        query[name] is { Count: 1 } values ? values[0] : null;

    private static string? OfTarget(string? target)
    {
        if (target is null || !target.Contains(Parameter, StringComparison.Ordinal)) return null;
        var start = target.IndexOf('?', StringComparison.Ordinal);
        var values = start < 0 ? default : QueryHelpers.ParseQuery(target[start..]).GetValueOrDefault(Parameter);
        return values.Count == 1 ? values[0] : null;
    }
}
