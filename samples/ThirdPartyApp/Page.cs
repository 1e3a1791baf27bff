using System.Net;
using System.Text;
using Microsoft.AspNetCore.Antiforgery;

namespace OAuthServer.Samples.ThirdPartyApp;

/// <summary>
/// The app's pages. Everything that comes from outside is encoded by <see cref="WebUtility.HtmlEncode(string)"/>.
/// </summary>
internal static class Page
{
    public const string Style = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
        body { max-width: 36rem; margin: 3rem auto; padding: 0 1rem }
        form { display: inline-block; margin: .5rem .5rem 0 0 }
        button, .button { font: inherit; padding: .5rem 1rem; border: 1px solid; border-radius: .4rem; cursor: pointer }
        .button { text-decoration: none }
        input { font: inherit; padding: .45rem .6rem }
        .problem { border-left: .3rem solid #c33; padding-left: .8rem; overflow-wrap: anywhere }
        """;

    /// <summary>The home page, connected or not.</summary>
    public static IResult Show(HttpContext context, IAntiforgery antiforgery, Overview? overview)
    {
        if (overview is null)
            return Html(
                "Notes reader",
                """
                <p>This app shows the notes that you keep elsewhere.</p>
                <p><a class="button" href="/connect">Sign in and connect</a></p>
                """);
        var tokens = antiforgery.GetAndStoreTokens(context);
        var hidden = $"<input type=\"hidden\" name=\"{Text(tokens.FormFieldName)}\" "
            + $"value=\"{Text(tokens.RequestToken)}\">";
        var body = new StringBuilder($"<p>Signed in as <strong>{Text(overview.Name)}</strong>.</p>");
        if (overview.ExpiresAt is { } end) body.Append($"<p>The access token ends at <time>{Text(end)}</time>.</p>");
        if (overview.Problem is { } problem) body.Append($"<p class=\"problem\" role=\"alert\">{Text(problem)}</p>");
        body.Append("<h2>Notes</h2>");
        body.Append(overview.Notes.Count == 0
            ? "<p>No notes yet.</p>"
            : $"<ul>{string.Concat(overview.Notes.Select(note => $"<li>{Text(note)}</li>"))}</ul>");
        body.Append($"""
            <form method="post" action="/notes">{hidden}
              <label>New note <input name="text" maxlength="500" required></label> <button>Add</button>
            </form>
            <hr>
            <form method="post" action="/refresh">{hidden}<button>Refresh the token</button></form>
            <form method="post" action="/disconnect">{hidden}<button>Disconnect</button></form>
            <form method="post" action="/sign-out">{hidden}<button>Sign out</button></form>
            """);
        return Html("Notes reader", body.ToString());
    }

    /// <summary>One sentence for each reason code of this app; an unknown code gets the general one.</summary>
    public static IResult Error(string? reason) =>
        Html("That did not work", $"<p class=\"problem\" role=\"alert\">{Text(reason switch
        {
            "denied" => "You did not give this app access. Nothing was connected.",
            "callback" => "The answer did not fit the question this browser asked. Please connect again.",
            "form" => "The form was too old. Please go back and try again.",
            "ended" => "The connection has ended. Please connect again.",
            "api" => "The API did not take the note.",
            "server" => "The server could not be reached. Please try again.",
            _ => "Something went wrong. Please try again.",
        })}</p><p><a href=\"/\">Back to the start</a></p>", reason is "form" or "callback" ? 400 : 200);

    private static IResult Html(string title, string body, int status = 200) => Results.Content(
        $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        + $"content=\"width=device-width\"><title>{Text(title)}</title><link rel=\"stylesheet\" "
        + $"href=\"/style.css\"></head><body><main><h1>{Text(title)}</h1>{body}</main></body></html>",
        "text/html; charset=utf-8",
        statusCode: status);

    private static string Text(string? value) => WebUtility.HtmlEncode(value) ?? "";
}
