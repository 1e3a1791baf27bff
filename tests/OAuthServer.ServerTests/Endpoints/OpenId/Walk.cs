using System.Net;
using OAuthServer.Testing;

namespace OAuthServer.ServerTests.Endpoints.OpenId;

/// <summary>What a person met on the way from an authorization request to the app.</summary>
internal sealed class Walk
{
    /// <summary>How many sign-in forms were filled in.</summary>
    public int SignIns { get; private set; }

    /// <summary>How many consent forms were answered.</summary>
    public int Consents { get; private set; }

    /// <summary>What the app is answered.</summary>
    public AuthorizationAnswer Answer { get; private set; } = new("/");

    /// <summary>Every address of the authorization endpoint that the browser was at.</summary>
    public List<string> Authorized { get; } = [];

    /// <summary>Every sign-in page that the browser was at.</summary>
    public List<string> Asked { get; } = [];

    public static async Task<Walk> TakeAsync(TestBrowser browser, string path, string? email = null)
    {
        var walk = new Walk();
        await walk.GoOnAsync(browser, await walk.OpenAsync(browser, path), email);
        return walk;
    }

    public async Task<HttpResponseMessage> OpenAsync(TestBrowser browser, string path)
    {
        if (path.StartsWith("/oauth/authorize?", StringComparison.Ordinal)) Authorized.Add(path);
        if (path.StartsWith("/account/sign-in", StringComparison.Ordinal)) Asked.Add(path);
        return await browser.GetAsync(path);
    }

    public async Task GoOnAsync(TestBrowser browser, HttpResponseMessage page, string? email = null)
    {
        for (var step = 0; step < 12; step++)
        {
            if (page.StatusCode is HttpStatusCode.SeeOther or HttpStatusCode.Found)
            {
                var location = page.Headers.Location!.OriginalString;
                if (!location.StartsWith('/'))
                {
                    Answer = new AuthorizationAnswer(location);
                    return;
                }

                page = await OpenAsync(browser, location);
                continue;
            }

            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            var html = await page.Content.ReadAsStringAsync();
            if (html.Contains("name=\"password\"", StringComparison.Ordinal))
            {
                SignIns++;
                page = await browser.TypePasswordAsync(page, email);
            }
            else
            {
                Consents++;
                page = await browser.DecideAsync(page, "allow");
            }
        }

        Assert.Fail($"The flow does not end after {SignIns} sign-ins and {Consents} consents.");
    }
}
