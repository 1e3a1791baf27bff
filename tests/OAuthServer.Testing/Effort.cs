using System.Globalization;

namespace OAuthServer.Testing;

/// <summary>How much is tried: little for every change, and more where the environment asks for it.</summary>
public static class Effort
{
    /// <summary>True in the long gate, which asks for many rounds.</summary>
    public static bool IsLong => Read("OAUTH_TEST_ROUNDS") is not null;

    /// <summary>The rounds of a race: <c>OAUTH_TEST_ROUNDS</c>.</summary>
    public static int Rounds(int usual) => Read("OAUTH_TEST_ROUNDS") ?? usual;

    /// <summary>The cases of a generator: <c>OAUTH_TEST_CASES</c>.</summary>
    public static int Cases(int usual) => Read("OAUTH_TEST_CASES") ?? usual;

    private static int? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
