using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OAuthServer.Clients;
using OAuthServer.Protocol;

namespace OAuthServer.Operators.Clients;

/// <summary>
/// <c>OAuthServer clients hash-secret</c>: the bcrypt hash for a row of <c>oauth_clients</c>. Exit code 0, or 1 when the
/// secret on standard input cannot be used, or 2 when the configuration is wrong.
/// </summary>
internal static class ClientsHashCommand
{
    /// <param name="options">Asked for when the command runs, so that a wrong configuration is reported by it.</param>
    /// <param name="input">Where a secret is read from with <c>--stdin</c>; null is standard input.</param>
    public static Command Create(Func<ClientSecretOptions> options, TextReader? input = null)
    {
        var stdin = new Option<bool>("--stdin") { Description = "Hash the secret on standard input instead of making one." };
        var json = ClientsContext.Json();
        var hash = new Command("hash-secret", "Make a client secret, and the bcrypt hash to put into oauth_clients.") { stdin, json };
        hash.SetAction(async (parsed, ct) =>
        {
            var console = parsed.InvocationConfiguration;
            var given = parsed.GetValue(stdin) ? (await (input ?? Console.In).ReadToEndAsync(ct)).TrimEnd('\r', '\n') : null;
            if (given is not null && DeclaredSecret.Fault(given) is { } fault)
            {
                await console.Error.WriteLineAsync(fault);
                return 1;
            }

            if (CostOf(options, out var misconfigured) is not { } cost)
            {
                await console.Error.WriteLineAsync(misconfigured);
                return 2;
            }

            var secret = given ?? Handle.New();
            var made = new Hashed(given is null ? secret : null, BCrypt.Net.BCrypt.HashPassword(secret, cost));
            await console.Output.WriteLineAsync(parsed.GetValue(json) ? JsonSerializer.Serialize(made, ClientsJson.Default.Hashed) : Words(made));
            return 0;
        });
        return hash;
    }

    private static string Words(Hashed made) =>
        (made.ClientSecret is { } secret ? $"client_secret (give it to the client, it is not shown again): {secret}{Environment.NewLine}" : "")
        + $"bcrypt hash (for oauth_clients.client_secret): {made.Hash}";

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="ClientSecret">The secret that was made; null for one that was given.</param>
    /// <param name="Hash">bcrypt of it.</param>
    internal sealed record Hashed(string? ClientSecret, string Hash)
    {
        /// <summary>Holds the secret.</summary>
        public override string ToString() => "a secret and its hash";
    }

    private static int? CostOf(Func<ClientSecretOptions> options, out string fault)
    {
        fault = "";
        try
        {
            return options().Cost;
        }
        catch (OptionsValidationException invalid)
        {
            fault = invalid.Message;
            return null;
        }
    }
}
