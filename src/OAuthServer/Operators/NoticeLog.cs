namespace OAuthServer.Operators;

/// <summary>
/// What a command has to say while it works, on standard error: notices and warnings. How it ended is for the command
/// to say.
/// </summary>
internal sealed class NoticeLog(TextWriter writer) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel is LogLevel.Information or LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) writer.WriteLine(TerminalText.Safe(formatter(state, exception)));
    }
}

/// <summary>Notices of services that a command uses, on standard error.</summary>
internal sealed class NoticeLogProvider : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new NoticeLog(Console.Error);

    public void Dispose()
    {
    }
}
