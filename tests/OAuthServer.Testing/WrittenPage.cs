using Xunit;

namespace OAuthServer.Testing;

/// <summary>A page that the tests write when <c>OAUTH_WRITE_DOCS=1</c>, and compare otherwise.</summary>
internal static class WrittenPage
{
    private const string Variable = "OAUTH_WRITE_DOCS";

    /// <summary>Fails with the lines that differ.</summary>
    /// <param name="path">From the folder of the solution.</param>
    /// <param name="expected">The whole page, with line feeds.</param>
    public static void AssertIs(string path, string expected)
    {
        var file = Checkout.File(path);
        if (Environment.GetEnvironmentVariable(Variable) == "1") File.WriteAllText(file, expected);
        var actual = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";
        if (actual == expected) return;
        var (now, was) = (expected.Split('\n'), actual.Split('\n'));
        var drift = now.Except(was).Select(line => "+ " + line).Concat(was.Except(now).Select(line => "- " + line));
        Assert.Fail(
            $"{path} is not what the sources say. Run this test once with {Variable}=1 and read the change.\n"
            + string.Join('\n', drift));
    }
}
