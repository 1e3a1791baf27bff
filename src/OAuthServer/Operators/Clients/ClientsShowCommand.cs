using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OAuthServer.Clients.Editing;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients show</c>: everything of one client but the hashes of its secrets.</summary>
internal static class ClientsShowCommand
{
    public static Command Create(CommandRunner runner)
    {
        var id = ClientsOptions.Id();
        var json = CommandOutput.Json();
        var command = new Command("show", "Show one client.") { id, json };
        command.SetAction((parsed, ct) => runner.RunAsync(parsed, async database =>
        {
            if (await new Storage.Clients(database).FindAsync(parsed.GetValue(id)!, ct) is not { } row)
            {
                await parsed.PrintErrorAsync(ClientsOptions.Unknown(parsed.GetValue(id)!));
                return ExitCodes.Refused;
            }

            var uses = await new ClientSecretUses(database).ListAsync(ct);
            var client = ClientView.Of(row, uses, runner.Settings.Clock.GetUtcNow());
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(client, ClientsJson.Default.ClientView)
                : Table(client));
            return ExitCodes.Done;
        }));
        return command;
    }

    private static string Table(ClientView client) => TerminalText.Table(
    [
        ["client_id", TerminalText.Safe(client.ClientId)],
        ["name", TerminalText.Safe(client.Name)],
        ["application_type", client.ApplicationType],
        .. client.RedirectUris.Select(uri => (string[])["redirect_uri", TerminalText.Safe(uri)]),
        ["allowed_scopes", TerminalText.Safe(string.Join(' ', client.AllowedScopes))],
        ["default_scopes", TerminalText.Safe(string.Join(' ', client.DefaultScopes))],
        .. client.AllowedResources.Select(api => (string[])["allowed_resource", TerminalText.Safe(api)]),
        ["grant_types", string.Join(' ', client.GrantTypes)],
        ["require_pkce", client.RequirePkce ? "yes" : "no"],
        .. Switches(client),
        .. client.AppOrigins.Select(origin => (string[])["app_origin", TerminalText.Safe(origin)]),
        .. client.AcceptedSchemes.Select(scheme => (string[])["accepted_scheme", TerminalText.Safe(scheme)]),
        .. Repeats(client),
        .. client.Keys.Select(key => (string[])["key", TerminalText.Safe(key.ToString())]),
        .. OrNothing("jwks_uri", client.JwksUri),
        .. OrNothing("token_endpoint_auth_signing_alg", client.TokenEndpointAuthSigningAlg),
        .. OrNothing("backchannel_logout_uri", client.BackchannelLogoutUri),
        .. client.PostLogoutRedirectUris.Select(uri => (string[])["post_logout_redirect_uri", TerminalText.Safe(uri)]),
        .. About(client),
        ["created_at", TerminalText.Time(client.CreatedAt)],
        ["updated_at", TerminalText.Time(client.UpdatedAt)],
        ["disabled_at", TerminalText.Time(client.DisabledAt)],
        .. client.Secrets.Select(secret => (string[])[secret.Column, Sentence(secret)]),
    ]);

    private static string[][] About(ClientView client) =>
    [
        .. OrNothing("client_uri", client.ClientUri),
        .. OrNothing("policy_uri", client.PolicyUri),
        .. OrNothing("tos_uri", client.TosUri),
        .. OrNothing("logo_uri", client.LogoUri),
        .. OrNothing("logo", client.Logo),
    ];

    private static string[][] Switches(ClientView client) =>
    [
        .. OrNothing("require_pushed_authorization_requests", client.RequirePushedAuthorizationRequests ? "yes" : null),
        .. OrNothing("claims_in_id_token", client.ClaimsInIdToken ? "yes" : null),
        .. OrNothing("require_second_factor", client.RequireSecondFactor ? "yes" : null),
        .. OrNothing("may_administer", client.MayAdminister ? "yes" : null),
        .. OrNothing(
            "imported_tokens_until", client.ImportedTokensUntil is { } end ? TerminalText.Time(end) : null),
    ];

    private static string[][] OrNothing(string name, string? value) =>
        value is null ? [] : [[name, TerminalText.Safe(value)]];

    private static string[][] Repeats(ClientView client) => client.MaxRefreshRepeats is { } most
        ? [["max_refresh_repeats", most.ToString(CultureInfo.InvariantCulture)]]
        : [];

    private static string Sentence(SecretView secret)
    {
        var state = secret.Live ? "live" : "ended";
        var end = secret.ExpiresAt is { } moment ? $"until {TerminalText.Time(moment)}" : "no end";
        return $"{state}, {end}, cost {secret.Cost}, last used {TerminalText.Time(secret.LastUsedAt)}";
    }
}
