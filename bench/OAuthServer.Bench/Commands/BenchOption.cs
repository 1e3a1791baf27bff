using System.CommandLine;

namespace OAuthServer.Bench.Commands;

/// <summary>Options of this program's commands.</summary>
internal static class BenchOption
{
    /// <summary>One value, and what it is when nothing is said.</summary>
    public static Option<T> Of<T>(string name, string description, T value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    /// <summary>Any number of values; the description says what they are when nothing is said.</summary>
    public static Option<T[]> Some<T>(string name, string description) =>
        new(name) { Description = description, AllowMultipleArgumentsPerToken = true };

    /// <summary>The values that were given; null for none.</summary>
    public static T[]? Given<T>(T[]? values) => values is { Length: > 0 } ? values : null;
}
