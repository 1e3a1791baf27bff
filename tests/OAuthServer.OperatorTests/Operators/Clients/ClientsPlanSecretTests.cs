using OAuthServer.Testing;

namespace OAuthServer.OperatorTests.Operators.Clients;

/// <summary>What <c>clients apply</c> does with the secrets that a file refers to.</summary>
public sealed class ClientsPlanSecretTests : IAsyncLifetime
{
    private AcmeClients _acme = null!;

    public async ValueTask InitializeAsync() => _acme = await AcmeClients.CreateAsync();

    public ValueTask DisposeAsync() => _acme.DisposeAsync();

    [Fact]
    public async Task A_new_secret_replaces_the_old_one_which_stays_for_a_while()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        _acme.Variables["ACME_WEB_SECRET"] = "the-second-secret-of-acme";

        var planned = await _acme.RunFileAsync("plan", AcmeClients.File(), "--keep-old", "1h");
        Assert.Equal(AcmeClients.ChangesPending, planned.Code);
        Assert.StartsWith("secret: there -> a new one; the old one ends ", planned.Lines[1], StringComparison.Ordinal);
        await _acme.ApplyAsync(AcmeClients.File(), "--keep-old", "1h");

        Assert.True(await _acme.FitsAsync("the-second-secret-of-acme", "client_secret"));
        Assert.True(await _acme.FitsAsync("the-first-secret-of-acme", "next_client_secret"));
        Assert.True(await _acme.IsAsync(
            "next_client_secret_expires_at BETWEEN now() + interval '59 minutes' AND now() + interval '1 hour'"));
        Assert.Equal(0, (await _acme.RunFileAsync("plan", AcmeClients.File())).Code);

        _acme.Variables["ACME_WEB_SECRET"] = "the-third-secret-of-acme!";
        var refused = await _acme.RunFileAsync("apply", AcmeClients.File());
        Assert.Equal(1, refused.Code);
        Assert.Contains(
            "clients[0].secret is new, and acme has two live secrets", refused.Error, StringComparison.Ordinal);
        await _acme.ApplyAsync(AcmeClients.File(), "--force");
        Assert.True(await _acme.FitsAsync("the-second-secret-of-acme", "next_client_secret"));
    }

    [Fact]
    public async Task A_file_that_is_older_than_a_rotation_by_hand_does_not_turn_it_back()
    {
        await _acme.ApplyAsync(AcmeClients.File());
        await _acme.RunAsync("rotate-secret", "acme");
        var rotated = await _acme.SecretAsync("client_secret");

        var early = await _acme.RunFileAsync("apply", AcmeClients.File());
        Assert.Equal(0, early.Code);
        Assert.StartsWith("! acme: the secret of the file ends on ", early.Lines[0], StringComparison.Ordinal);
        await _acme.Database.ExecuteAsync(
            "UPDATE oauth_clients SET next_client_secret_expires_at = now() - interval '1 minute'");
        var late = await _acme.RunFileAsync("apply", AcmeClients.File());
        Assert.Equal(1, late.Code);
        Assert.Contains("clients[0].secret has ended", late.Error, StringComparison.Ordinal);
        Assert.Equal(rotated, await _acme.SecretAsync("client_secret"));
    }

    /// <summary>
    /// Of its secrets the file may have the last one, or one that another outlives, with or without an end.
    /// </summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData("NULL", true)]
    [InlineData("now() + interval '31 days'", true)]
    [InlineData("now() + interval '29 days'", false)]
    public async Task That_another_secret_follows_is_noted_when_it_lasts_longer(string? other, bool noted)
    {
        await _acme.ApplyAsync(AcmeClients.File());
        await _acme.Database.ExecuteAsync(
            "UPDATE oauth_clients SET client_secret_expires_at = now() + interval '30 days'");
        if (other is not null)
        {
            await _acme.Database.ExecuteAsync(
                $"UPDATE oauth_clients SET next_client_secret = $1, next_client_secret_expires_at = {other}",
                TestData.FullSecretHash);
        }

        var plan = await _acme.RunFileAsync("plan", AcmeClients.File());

        Assert.Equal(noted, plan.Output.Contains("and another follows it", StringComparison.Ordinal));
        Assert.Equal((0, ""), (plan.Code, plan.Error));
    }

    [Fact]
    public async Task A_client_that_turns_public_keeps_no_secret()
    {
        await _acme.ApplyAsync(AcmeClients.File());

        await _acme.ApplyAsync(
            """
            { "clients": [ {
                "client_id": "acme", "name": "Acme", "application_type": "browser",
                "redirect_uris": ["https://a.example/cb"], "allowed_scopes": ["read"]
            } ] }
            """);

        Assert.True(await _acme.IsAsync("application_type = 'browser' AND client_secret IS NULL"));
        Assert.Equal(1, await _acme.CountAsync("oauth_audit_events WHERE event = 'client_secret_rotated'"));
    }
}
