using OAuthServer.Protocol;
using OtpNet;

namespace OAuthServer.Accounts.Factors;

/// <summary>
/// A set of recovery codes: ten of 80 random bits each. They are shown once; only hashes are kept, and one round of
/// SHA-256 is enough for what no search finds.
/// </summary>
/// <param name="Codes">As they are shown: four groups of four letters and digits.</param>
/// <param name="Hashes">As they are kept.</param>
internal sealed record RecoveryCodeSet(IReadOnlyList<string> Codes, byte[][] Hashes)
{
    private const int Count = 10;
    private const int Size = 10;
    private const int Length = 16;
    private const int Group = 4;

    public static RecoveryCodeSet New(Guid accountId)
    {
        string[] codes = [.. Enumerable.Range(0, Count).Select(_ => Base32Encoding.ToString(Handle.NewBytes(Size)))];
        return new RecoveryCodeSet(
            [.. codes.Select(Grouped)],
            [.. codes.Select(code => HashOf(accountId, code))]);
    }

    /// <summary>The hash of what was typed, however it is grouped; null for what is no recovery code.</summary>
    public static byte[]? Read(Guid accountId, string typed)
    {
        var code = string.Concat(typed.Where(c => c != '-' && !char.IsWhiteSpace(c))).ToUpperInvariant();
        return code.Length == Length && code.All(c => c is (>= 'A' and <= 'Z') or (>= '2' and <= '7'))
            ? HashOf(accountId, code)
            : null;
    }

    /// <summary>Holds the codes.</summary>
    public override string ToString() => "a set of recovery codes";

    private static string Grouped(string code) =>
        string.Join('-', code.ToLowerInvariant().Chunk(Group).Select(part => new string(part)));

    private static byte[] HashOf(Guid accountId, string code) => Handle.Hash($"{accountId:N} {code}");
}
