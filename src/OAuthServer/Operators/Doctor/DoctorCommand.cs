using System.CommandLine;

namespace OAuthServer.Operators.Doctor;

/// <summary>
/// <c>OAuthServer doctor</c>: checks everything that a server needs, and says of each finding what to do. It changes
/// nothing.
/// </summary>
internal static class DoctorCommand
{
    /// <param name="configure">More settings and services, for tests.</param>
    public static Command Create(Action<WebApplicationBuilder>? configure = null)
    {
        var json = CommandOutput.Json("Print one JSON object.");
        var probe = new Option<bool>("--probe")
        {
            Description = "Also ask for the metadata at the issuer's own address, through DNS, TLS and proxy. "
                + "Nothing else leaves for the network.",
        };
        var ignore = Ignore();
        var command = new Command(
            "doctor",
            "Check issuer, proxies, database, schema, keys, clients and clocks, and say what to do. "
            + "Exit code 0: all is well; 1: findings; 2: the configuration is wrong, and every fault is listed.")
        {
            json, probe, ignore,
        };
        command.SetAction((parsed, ct) => CommandRunner.RunAsync(parsed, async () =>
        {
            await using var server = await ServerUnderCheck.CreateAsync(parsed.GetValue(probe), configure);
            var output = new DoctorOutput(server.Environment, parsed.GetValue(json), parsed);
            if (server.Faults.Count > 0)
            {
                await output.PrintAsync(server.Faults, ExitCodes.Misconfigured);
                return ExitCodes.Misconfigured;
            }

            var report = await server.Checks.RunAsync(parsed.GetValue(ignore)!.ToHashSet(StringComparer.Ordinal), ct);
            var code = report.IsWell ? ExitCodes.Done : ExitCodes.Refused;
            await output.PrintAsync(report, code);
            return code;
        }));
        return command;
    }

    private static Option<string[]> Ignore()
    {
        var ignore = new Option<string[]>("--ignore")
        {
            Description = "The code of a finding that you know and accept; say it once for each.",
            HelpName = "code",
            DefaultValueFactory = _ => [],
        };
        ignore.Validators.Add(given =>
        {
            foreach (var id in given.Tokens.Select(token => token.Value).Where(id => !FindingIds.Exists(id)))
            {
                var unknown = $"--ignore: there is no finding {TerminalText.Quoted(id)}.";
                given.AddError($"{unknown} docs/operations/doctor.md has them all.");
            }
        });
        return ignore;
    }
}
