using System.Globalization;
using System.Numerics;

namespace OAuthServer.Clients;

/// <summary>
/// The parts of a bcrypt hash, such as <c>$2b$12$</c> with 53 characters of salt and digest behind it.
/// </summary>
internal static class BcryptHash
{
    // Salt and digest of a random value that was thrown away.
    private const string NobodysDigest = "Da7CklDBMXJD9JW3EihTmeHxY9mPOPH0u9On0SX9gh.oIyLVJJX7K";

    /// <summary>The cost: a check takes 2 to the power of it in rounds.</summary>
    public static int CostOf(string hash) => int.Parse(hash.AsSpan(4, 2), CultureInfo.InvariantCulture);

    /// <summary>A hash of this cost that no secret fits.</summary>
    public static string OfNobody(int cost) =>
        string.Create(CultureInfo.InvariantCulture, $"$2a${cost:00}${NobodysDigest}");

    /// <summary>
    /// The costs of the checks that are missing to a number of rounds. Of 4096 rounds 1024 are done: a check of cost
    /// 10 makes that 2048, and one of cost 11 makes it 4096.
    /// </summary>
    /// <param name="done">The rounds of checks of a cost not above the wanted one.</param>
    /// <param name="wanted">A power of two.</param>
    public static IEnumerable<int> CostsThatFill(long done, long wanted)
    {
        while (done < wanted)
        {
            var step = done == 0 ? wanted : 1L << BitOperations.TrailingZeroCount(done);
            yield return BitOperations.Log2((ulong)step);
            done += step;
        }
    }
}
