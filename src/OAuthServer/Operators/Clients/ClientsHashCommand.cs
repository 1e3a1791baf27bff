using System.CommandLine;
using System.Text.Json;
using OAuthServer.Clients.Editing;
using OAuthServer.Protocol;

namespace OAuthServer.Operators.Clients;

/// <summary><c>OAuthServer clients hash-secret</c>: the bcrypt hash for a row of <c>oauth_clients</c>.</summary>
internal static class ClientsHashCommand
{
    /// <param name="runner">Runs it.</param>
    /// <param name="input">Where a secret is read from with <c>--stdin</c>; null is standard input.</param>
    public static Command Create(CommandRunner runner, TextReader? input = null)
    {
        var stdin = new Option<bool>("--stdin")
        {
            Description = "Hash the secret on standard input instead of making one.",
        };
        var json = CommandOutput.Json();
        var command = new Command(
            "hash-secret",
            "Make a client secret, and the bcrypt hash to put into oauth_clients. 0: done; 1: the secret on standard "
            + "input cannot be used.") { stdin, json };
        command.SetAction((parsed, ct) => CommandRunner.RunAsync(parsed, async () =>
        {
            var cost = runner.Settings.ClientSecrets.Cost;
            var given = parsed.GetValue(stdin) ? await ReadAsync(input ?? Console.In, ct) : null;
            if (given is not null && DeclaredSecret.Fault(given) is { } fault)
            {
                await parsed.PrintErrorAsync(fault);
                return ExitCodes.Refused;
            }

            var secret = given ?? Handle.New();
            var made = new Hashed(given is null ? secret : null, BCrypt.Net.BCrypt.HashPassword(secret, cost));
            await parsed.PrintAsync(parsed.GetValue(json)
                ? JsonSerializer.Serialize(made, ClientsJson.Default.Hashed)
                : Sentences(made));
            return ExitCodes.Done;
        }, runner.Settings));
        return command;
    }

    private static async Task<string> ReadAsync(TextReader input, CancellationToken ct) =>
        (await input.ReadToEndAsync(ct)).TrimEnd('\r', '\n');

    private static string Sentences(Hashed made)
    {
        var hash = $"bcrypt hash (for oauth_clients.client_secret): {made.Hash}";
        return made.ClientSecret is { } secret
            ? $"client_secret (give it to the client, it is not shown again): {secret}{Environment.NewLine}{hash}"
            : hash;
    }

    /// <summary>What <c>--json</c> prints.</summary>
    /// <param name="ClientSecret">The secret that was made; null for one that was given.</param>
    /// <param name="Hash">bcrypt of it.</param>
    internal sealed record Hashed(string? ClientSecret, string Hash)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => nameof(Hashed);
    }
}
