namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// Text that fingers make by themselves: keys beside each other, the alphabet, a count, one key again and again, also
/// backwards and one after the other, such as <c>qwerty123456789</c>.
/// </summary>
internal static class KeyboardRuns
{
    // Two keys are beside each other by chance.
    private const int Shortest = 3;

    private static readonly string[] Rows = BothWays(
        "12345678901234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop",
        "qsdfghjklm", "wxcvbn", "abcdefghijklmnopqrstuvwxyz", "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm",
        "8ik", "9ol", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "a1b2c3d4e5f6g7h8i9", "1a2b3c4d5e6f7g8h9");

    /// <summary>True for a text that is made of such runs alone; the empty one too.</summary>
    public static bool Make(string text)
    {
        // Whether the text up to here can be split into runs, place by place.
        var splits = new bool[text.Length + 1];
        splits[0] = true;
        for (var end = Shortest; end <= text.Length; end++)
        {
            for (var from = 0; from <= end - Shortest && !splits[end]; from++)
                splits[end] = splits[from] && IsRun(text[from..end]);
        }

        return splits[text.Length];
    }

    private static bool IsRun(string part) =>
        part.All(unit => unit == part[0])
        || Array.Exists(Rows, row => row.Contains(part, StringComparison.Ordinal));

    private static string[] BothWays(params string[] rows) =>
        [.. rows, .. rows.Select(row => string.Concat(row.Reverse()))];
}
