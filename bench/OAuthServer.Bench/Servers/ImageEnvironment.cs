using System.Text.RegularExpressions;

namespace OAuthServer.Bench.Servers;

/// <summary>
/// What the product's container image tells the runtime and the C library about memory, so that a server is measured as
/// it is shipped.
/// </summary>
internal static partial class ImageEnvironment
{
    /// <summary>The variables, by name.</summary>
    /// <exception cref="InvalidOperationException">The Dockerfile has none.</exception>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var found = Variable().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "Dockerfile")))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        return found.Count > 0
            ? found
            : throw new InvalidOperationException("The Dockerfile says nothing about memory any more.");
    }

    [GeneratedRegex(@"\b((?:DOTNET_GC|MALLOC_)\w+)=(\S+)")]
    private static partial Regex Variable();
}
