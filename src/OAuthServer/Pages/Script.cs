using OAuthServer.Protocol;

namespace OAuthServer.Pages;

/// <summary>The scripts: of the page that posts an answer to an app, and of the pages that take a password.</summary>
internal static class Script
{
    private const string Type = "text/javascript; charset=utf-8";

    private static readonly Asset File = new("account/form-post.js", Routes.FormPostScript, Type);
    private static readonly Asset Passkeys = new("account/passkeys.js", Routes.PasskeyScript, Type);
    private static readonly Asset Passwords = new("account/page.js", Routes.PageScript, Type);

    /// <summary>The route of the first with its version.</summary>
    public static string Route => File.Route;

    /// <summary>The route of the other with its version.</summary>
    public static string PageRoute => Passwords.Route;

    /// <summary>The route of the one for passkeys with its version.</summary>
    public static string PasskeyRoute => Passkeys.Route;

    public static void MapScript(this IEndpointRouteBuilder routes)
    {
        File.Map(routes, "account-script");
        Passwords.Map(routes, "page-script");
        Passkeys.Map(routes, "passkey-script");
    }
}

/// <summary>
/// On a page that takes a password: it works without script, and with the one file it can show what is typed.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PageScriptAttribute : Attribute;

/// <summary>On a page that can ask for a passkey; without script it shows no button for it.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PasskeyScriptAttribute : Attribute;
