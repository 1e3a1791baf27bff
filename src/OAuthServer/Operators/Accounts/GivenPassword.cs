using System.CommandLine;
using System.CommandLine.Parsing;
using OAuthServer.Accounts;
using OAuthServer.Accounts.Passwords;
using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Operators.Accounts;

/// <summary>
/// A password for a command: from standard input, from a file, or made up. Never an argument: those are in the history
/// of a shell and in the list of processes.
/// </summary>
internal sealed class GivenPassword(CommandSettings settings, TextReader? input)
{
    /// <summary>Reads it from standard input.</summary>
    public Option<bool> Stdin { get; } = new("--password-stdin")
    {
        Description = "Read the password from standard input; a line end after it does not count.",
    };

    /// <summary>Reads it from a file.</summary>
    public Option<FileInfo?> File { get; } = new("--password-file")
    {
        Description = "Read the password from this file; a line end after it does not count.",
        HelpName = "FILE",
    };

    /// <summary>Makes one.</summary>
    public Option<bool> Generate { get; } = new("--generate")
    {
        Description = "Make a random password and print it once.",
    };

    /// <summary>How many of the three options are given.</summary>
    public int Sources(ParseResult parsed) =>
        Sources([Stdin, File, Generate], option => parsed.GetResult(option));

    /// <summary>The same while the command line is read, where no password is the place of another one.</summary>
    public void CheckOne(CommandResult given, bool isRequired)
    {
        var sources = Sources([Stdin, File, Generate], option => given.GetResult(option));
        if (sources > 1) given.AddError("Only one of --password-stdin, --password-file and --generate can be given.");
        if (sources == 0 && isRequired)
            given.AddError("Give the password by --password-stdin, --password-file or --generate.");
    }

    /// <summary>The hash of the password for an account of this address, or null after its fault was printed.</summary>
    public async Task<MadePassword?> ReadAsync(ParseResult parsed, string email, CancellationToken ct)
    {
        if (parsed.GetValue(Generate))
        {
            var made = Handle.New();
            return new MadePassword(made, settings.Passwords.HashPassword(new Account(), made));
        }

        var (typed, unread) = await TypedAsync(parsed, ct);
        var fault = typed is null ? unread : await FaultAsync(typed, email);
        if (fault is null)
            return new MadePassword(null, settings.Passwords.HashPassword(new Account(), OpaqueString.Of(typed!)!));
        await parsed.PrintErrorAsync(fault);
        return null;
    }

    private static int Sources(Option[] options, Func<Option, OptionResult?> result) =>
        options.Count(option => result(option) is { Implicit: false });

    private async Task<(string? Typed, string? Fault)> TypedAsync(ParseResult parsed, CancellationToken ct)
    {
        try
        {
            var text = parsed.GetValue(File) is { } file
                ? await System.IO.File.ReadAllTextAsync(file.FullName, ct)
                : await (input ?? Console.In).ReadToEndAsync(ct);
            return (text.TrimEnd('\r', '\n'), null);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return (null, $"The password cannot be read: {TerminalText.Safe(unreadable.Message)}");
        }
    }

    private async Task<string?> FaultAsync(string typed, string email)
    {
        if (typed.Length > PasswordLength.LongestTyped || OpaqueString.Of(typed) is not { } password)
            return $"The password has more than {PasswordLength.Longest} characters, or one that is none.";
        var result = await settings.NewPasswords.ValidateAsync(null!, new Account { Email = email }, password);
        return result.Succeeded ? null : string.Join(' ', result.Errors.Select(error => error.Description));
    }
}

/// <summary>A password that was given or made.</summary>
/// <param name="Shown">To be printed once; null for one that was given.</param>
/// <param name="Hash">Identity's hash of it.</param>
internal sealed record MadePassword(string? Shown, string Hash)
{
    /// <summary>Kept out of logs.</summary>
    public override string ToString() => nameof(MadePassword);
}
