using System.Net;
using System.Text.Json;
using OAuthServer.Hosting.Development;
using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Hosting.Development;

/// <summary>
/// An app and its user, against a host that is a process: signs in, agrees, redeems, refreshes. The client keeps the
/// cookies.
/// </summary>
internal sealed class DemoApp(HttpClient http)
{
    private const int MostSteps = 8;

    /// <summary>The whole flow; the answer is the refresh token.</summary>
    public async Task<string> SignInAndGetRefreshTokenAsync(string clientId, string? secret, string redirectUri)
    {
        var code = await CodeAsync(AuthorizationAsk.For(clientId, redirectUri));
        var (status, body) = await PostAsync(
            http,
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirectUri),
            ("code_verifier", AuthorizationAsk.Verifier),
            ("client_id", clientId), ("client_secret", secret));
        Assert.True(status == HttpStatusCode.OK, body);
        return RefreshToken(body);
    }

    /// <summary>Refreshes as demo-web; null when the host refuses.</summary>
    public static async Task<string?> RefreshAsync(HttpClient http, string token)
    {
        var (status, body) = await PostAsync(
            http,
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", "demo-web"),
            ("client_secret", DemoSeed.WebSecret));
        return status == HttpStatusCode.OK ? RefreshToken(body) : null;
    }

    private async Task<string> CodeAsync(AuthorizationAsk ask)
    {
        var answer = await http.GetAsync(new Uri(ask.Path, UriKind.Relative));
        for (var step = 0; step < MostSteps; step++)
        {
            if (answer.StatusCode == HttpStatusCode.SeeOther)
            {
                var location = answer.Headers.Location!.OriginalString;
                if (!location.StartsWith('/'))
                    return new AuthorizationAnswer(location).Code ?? throw new InvalidOperationException(location);
                answer = await http.GetAsync(new Uri(location, UriKind.Relative));
                continue;
            }

            var html = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.StatusCode == HttpStatusCode.OK, html);
            var asksPassword = html.Contains("name=\"password\"", StringComparison.Ordinal);
            var form = await TestBrowser.FormAsync(
                answer, asksPassword ? "/account/sign-in" : "/oauth/authorize/consent");
            if (asksPassword) (form.Fields["email"], form.Fields["password"]) = (DemoSeed.Email, DemoSeed.Password);
            else form.Fields["decision"] = "allow";
            answer = await http.PostAsync(
                new Uri(form.Action, UriKind.Relative), new FormUrlEncodedContent(form.Fields));
        }

        throw new InvalidOperationException("The flow does not end.");
    }

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(
        HttpClient http, params (string Name, string? Value)[] parameters)
    {
        using var content = new FormUrlEncodedContent(
            parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value!)));
        using var answer = await http.PostAsync(new Uri("/oauth/token", UriKind.Relative), content);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static string RefreshToken(string body)
    {
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("refresh_token").GetString()!;
    }
}
