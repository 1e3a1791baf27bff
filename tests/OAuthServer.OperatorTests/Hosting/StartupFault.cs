namespace OAuthServer.OperatorTests.Hosting;

/// <summary>A fault of configuration, and the line that it prints.</summary>
/// <param name="What">What is wrong, as a heading.</param>
/// <param name="Given">What was written: a setting, parts of the connection string, or a command line.</param>
/// <param name="Line">The line, with <c>db</c> and <c>5432</c> for host and port of the database.</param>
internal sealed record StartupFault(string What, string Given, string Line);
