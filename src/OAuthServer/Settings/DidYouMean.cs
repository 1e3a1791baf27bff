namespace OAuthServer.Settings;

/// <summary>The word that somebody meant who wrote another one.</summary>
internal static class DidYouMean
{
    /// <summary>
    /// The nearest of the words there are, for the end of a message: <c> Did you mean PermitLimit?</c> Empty when none
    /// is near.
    /// </summary>
    public static string Hint(string written, IEnumerable<string> words) =>
        Nearest(written, words) is { } meant ? $" Did you mean {meant}?" : "";

    /// <summary>
    /// The nearest of the words, whatever the case: a letter in three may be wrong, missing, too many, or have changed
    /// places with the next. Null when none is so near.
    /// </summary>
    public static string? Nearest(string written, IEnumerable<string> words) =>
        words.Select(word => (Word: word, Steps: Steps(written.ToUpperInvariant(), word.ToUpperInvariant())))
            .Where(near => near.Steps <= Math.Max(1, near.Word.Length / 3))
            .OrderBy(near => near.Steps)
            .Select(near => near.Word)
            .FirstOrDefault();

    // The distance of Damerau and Levenshtein, in its simple form.
    private static int Steps(string from, string to)
    {
        var steps = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++) steps[i, 0] = i;
        for (var j = 0; j <= to.Length; j++) steps[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var other = from[i - 1] == to[j - 1] ? 0 : 1;
                var least = Math.Min(steps[i - 1, j - 1] + other, 1 + Math.Min(steps[i - 1, j], steps[i, j - 1]));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    least = Math.Min(least, steps[i - 2, j - 2] + 1);
                steps[i, j] = least;
            }
        }

        return steps[from.Length, to.Length];
    }
}
