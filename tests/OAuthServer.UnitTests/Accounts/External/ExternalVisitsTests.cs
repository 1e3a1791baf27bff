using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Accounts.External;
using OAuthServer.Settings;

namespace OAuthServer.UnitTests.Accounts.External;

/// <summary>A visit counts in its browser, at its provider, in its time.</summary>
public sealed class ExternalVisitsTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly ExternalVisits _visits;

    public ExternalVisitsTests() => _visits = new(
        new EphemeralDataProtectionProvider(),
        new ServerAddress(Options.Create(new OAuthOptions { Issuer = "https://as.example.test" })),
        _clock);

    [Fact]
    public void A_visit_to_one_provider_is_none_to_another()
    {
        var leaving = new DefaultHttpContext();
        var visit = new ExternalVisit("google", "/oauth/authorize", null, false, _clock.GetUtcNow());
        var id = _visits.Begin(leaving, visit);
        var back = new DefaultHttpContext();
        back.Request.Headers.Cookie = leaving.Response.Headers.SetCookie.ToString().Split(';')[0];

        Assert.Equal(visit, _visits.Find(back, Provider("google"), id));
        Assert.Null(_visits.Find(back, Provider("other"), id));
        Assert.Null(_visits.Find(back, Provider("google"), null));
        Assert.Null(_visits.Find(new DefaultHttpContext(), Provider("google"), id));
        _clock.Advance(ExternalVisits.Lifetime);
        Assert.Null(_visits.Find(back, Provider("google"), id));
    }

    private static ExternalProvider Provider(string name) => new(new ExternalProviderOptions { Name = name });
}
