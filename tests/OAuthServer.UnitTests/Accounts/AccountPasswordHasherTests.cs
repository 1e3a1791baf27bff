using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Accounts;
using OAuthServer.Storage;

namespace OAuthServer.UnitTests.Accounts;

/// <summary>Which hashes are Identity's own: the others fit no password, after the same work.</summary>
public sealed class AccountPasswordHasherTests
{
    private const string Password = "a quiet harbour 7";

    // Work enough that it takes some milliseconds on any machine.
    private static readonly AccountPasswordHasher Hasher = new(
        Options.Create(new PasswordHasherOptions { IterationCount = 200_000 }));
    private static readonly Account Person = new();

    /// <summary>The layout of a hash, byte by byte, with nothing to spare.</summary>
    [Theory]
    [InlineData(2, PasswordVerificationResult.SuccessRehashNeeded)]
    [InlineData(3, PasswordVerificationResult.SuccessRehashNeeded)]
    public void The_shortest_hash_of_each_format_fits_its_password(int version, PasswordVerificationResult expected)
    {
        var hash = Convert.ToBase64String(version == 2 ? Version2() : Version3());

        Assert.Equal(expected, Hasher.VerifyHashedPassword(Person, hash, Password));
        Assert.Equal(PasswordVerificationResult.Failed, Hasher.VerifyHashedPassword(Person, hash, Password + "!"));
    }

    [Fact]
    public void What_it_makes_itself_fits() => Assert.Equal(
        PasswordVerificationResult.Success,
        Hasher.VerifyHashedPassword(Person, Hasher.HashPassword(Person, Password), Password));

    public static TheoryData<string> Foreign =>
    [
        "",
        "A",
        "not base64 at all!",
        Convert.ToBase64String(Version2()[..48]),
        Convert.ToBase64String([.. Version2(), 0]),
        Convert.ToBase64String(Version3()[..44]),
        Convert.ToBase64String([2, .. Version2()[1..]]),
        Convert.ToBase64String([2, .. Version3()[1..]]),
        Convert.ToBase64String([0, .. Version3()[1..]]),
        Convert.ToBase64String([1]),
    ];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void A_hash_of_other_software_is_refused_after_the_same_work(string hash)
    {
        Hasher.VerifyHashedPassword(Person, hash, Password);
        var began = Stopwatch.GetTimestamp();

        Assert.Equal(PasswordVerificationResult.Failed, Hasher.VerifyHashedPassword(Person, hash, Password));

        Assert.True(Stopwatch.GetElapsedTime(began) > TimeSpan.FromMilliseconds(5), "It was answered at once.");
    }

    private static byte[] Version2()
    {
        var salt = new byte[16];
        return [0, .. salt, .. Rfc2898DeriveBytes.Pbkdf2(Password, salt, 1000, HashAlgorithmName.SHA1, 32)];
    }

    private static byte[] Version3()
    {
        const int iterations = 1000;
        var salt = new byte[16];
        var hash = new byte[13];
        hash[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(1), 2);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(5), iterations);
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(9), salt.Length);
        return [
            .. hash, .. salt, .. Rfc2898DeriveBytes.Pbkdf2(Password, salt, iterations, HashAlgorithmName.SHA512, 16),
        ];
    }
}
