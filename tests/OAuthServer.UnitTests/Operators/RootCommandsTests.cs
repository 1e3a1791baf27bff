using OAuthServer.Operators;
using OAuthServer.Testing;

namespace OAuthServer.UnitTests.Operators;

/// <summary>What is a command, and what is for the server.</summary>
public sealed class RootCommandsTests
{
    [Theory]
    [InlineData("migrate")]
    [InlineData("migrate", "--json")]
    [InlineData("keys", "list")]
    [InlineData("clients", "hash-secret")]
    [InlineData("audit", "verify")]
    [InlineData("doctor", "--json")]
    [InlineData("migrat")]
    [InlineData("https://as.example.test")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    [InlineData("--version")]
    public void A_first_word_is_a_command(params string[] args) => Assert.True(RootCommands.Handles(args));

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("--urls", "http://127.0.0.1:0")]
    [InlineData("--environment", "migrate")]
    [InlineData("--OAuth:Issuer=https://as.example.test")]
    [InlineData("/urls", "http://127.0.0.1:0")]
    [InlineData("urls=http://127.0.0.1:0")]
    [InlineData("OAuth:Issuer=https://as.example.test", "migrate")]
    public void A_setting_is_for_the_server(params string[] args) => Assert.False(RootCommands.Handles(args));

    [Theory]
    [InlineData("migrat", "migrat", " Did you mean migrate?")]
    [InlineData("Migrate", "Migrate", " Did you mean migrate?")]
    [InlineData("mi\u001bgrate", "\"mi?grate\"", " Did you mean migrate?")]
    [InlineData("start", "start", "")]
    public async Task An_unknown_command_is_an_error_with_the_list_of_commands(string word, string shown, string hint)
    {
        var run = await RunAsync(word);

        Assert.Equal((ExitCodes.Misconfigured, ""), (run.Code, run.Output));
        Assert.Equal(
            $"There is no command {shown}.{hint} The commands are migrate, keys, clients, accounts, operators, import, "
            + "audit, restore, doctor; without one the server starts.",
            run.Error.TrimEnd());
    }

    [Theory]
    [InlineData("'lst'", "clients", "lst")]
    [InlineData("'--prun'", "clients", "plan", "clients.json", "--prun")]
    [InlineData("--limit must be a number from 1 on.", "audit", "search", "--limit", "0")]
    [InlineData("--lines must be a number from 1 on.", "audit", "tail", "-n", "many")]
    [InlineData("--expect must be a seal", "audit", "verify", "--expect", "1:abc")]
    [InlineData("--keep-old must be a length of time", "clients", "rotate-secret", "demo-web", "--keep-old", "366d")]
    [InlineData("--since must be a time such as 2026-03-01", "audit", "search", "--since", "yesterday")]
    [InlineData("--ignore: there is no finding key_odl.", "doctor", "--ignore", "key_odl")]
    public async Task A_misspelt_option_is_named(string expected, params string[] args)
    {
        var run = await RunAsync(args);

        Assert.Equal(ExitCodes.Misconfigured, run.Code);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_command()
    {
        var help = await RunAsync("--help");

        Assert.Equal((ExitCodes.Done, ""), (help.Code, help.Error));
        foreach (var name in (string[])["migrate", "keys", "clients", "audit", "restore", "doctor"])
            Assert.Matches($"(?m)^ +{name} ", help.Output);
    }

    private static Task<CommandRun> RunAsync(params string[] args) =>
        new CommandLine().RunAsync(args, TestContext.Current.CancellationToken);
}
