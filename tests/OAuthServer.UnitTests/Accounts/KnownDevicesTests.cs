using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OAuthServer.Accounts;
using OAuthServer.Protocol;
using OAuthServer.Settings;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Accounts;

public sealed class KnownDevicesTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));
    private readonly ServerAddress _address =
        new(Options.Create(new OAuthOptions { Issuer = "https://as.example.test" }));

    private readonly KnownDevices _devices;

    public KnownDevicesTests() => _devices = new KnownDevices(new EphemeralDataProtectionProvider(), _address, _clock);

    [Fact]
    public void A_browser_knows_who_signed_in_with_it_until_the_password_changes()
    {
        var (alice, bob) = (Person(), Person());
        var device = _devices.Read(With(Remember(null, alice)))!;

        Assert.True(device.Knows(alice));
        Assert.False(device.Knows(bob));
        alice.SecurityStamp = "changed";
        Assert.False(device.Knows(alice));
    }

    [Fact]
    public void A_browser_keeps_its_name_and_knows_the_last_five_people()
    {
        var people = Enumerable.Range(0, 6).Select(_ => Person()).ToList();
        string? cookie = null;
        Guid? name = null;
        foreach (var person in people)
        {
            cookie = Remember(cookie, person);
            var now = _devices.Read(With(cookie))!;
            Assert.Equal(name ??= now.Id, now.Id);
        }

        cookie = Remember(cookie, people[5]);

        Assert.Equal([false, true, true, true, true, true], people.Select(_devices.Read(With(cookie))!.Knows));
    }

    [Fact]
    public void What_another_key_sealed_or_nobody_sealed_is_no_device()
    {
        var foreign = new KnownDevices(new EphemeralDataProtectionProvider(), _address, _clock);
        var person = Person();

        Assert.Null(foreign.Read(With(Remember(null, person))));
        foreach (var forged in new[] { "", "x", "CfDJ8", new string('A', 4_000) })
            Assert.Null(_devices.Read(With(forged)));
        Assert.Null(_devices.Read(With(null)));
    }

    [Fact]
    public void A_device_is_forgotten_when_nobody_signs_in_with_it_for_half_a_year()
    {
        var cookie = Remember(null, Person());

        _clock.Advance(TimeSpan.FromDays(180) - TimeSpan.FromTicks(1));
        Assert.NotNull(_devices.Read(With(cookie)));
        _clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(_devices.Read(With(cookie)));
    }

    [Fact]
    public void The_cookie_is_hardened_and_lives_for_half_a_year()
    {
        var http = new DefaultHttpContext();
        _devices.Remember(http, Person());

        var traits = http.Response.Headers.SetCookie.Single()!.ToLowerInvariant().Split("; ");

        Assert.StartsWith("__host-oauthserver-device=", traits[0], StringComparison.Ordinal);
        Assert.Equal(
            ["httponly", "max-age=15552000", "path=/", "samesite=lax", "secure"],
            traits[1..].Order(StringComparer.Ordinal));
    }

    private static Account Person() => new() { Id = Handle.NewId(), SecurityStamp = "stamp" };

    private static DefaultHttpContext With(string? cookie)
    {
        var http = new DefaultHttpContext();
        if (cookie is not null) http.Request.Headers.Cookie = "__Host-oauthserver-device=" + cookie;
        return http;
    }

    private string Remember(string? cookie, Account account)
    {
        var http = With(cookie);
        _devices.Remember(http, account);
        return http.Response.Headers.SetCookie.Single()!.Split(';')[0].Split('=', 2)[1];
    }
}
