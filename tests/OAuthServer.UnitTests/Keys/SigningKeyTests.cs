using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using OAuthServer.Keys;

namespace OAuthServer.UnitTests.Keys;

public sealed class SigningKeyTests
{
    [Fact]
    public void The_kid_is_the_thumbprint_that_another_library_computes()
    {
        using var key = TestKeys.Key(0);
        using var rsa = PublicHalf(0);
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(rsa.ExportParameters(false)));

        Assert.Equal(Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint()), key.KeyId);
    }

    [Fact]
    public void A_signature_is_RS256_and_as_long_as_announced()
    {
        using var key = TestKeys.Key(0);
        using var rsa = PublicHalf(0);
        var data = Encoding.ASCII.GetBytes("header.payload");
        var signature = new byte[key.SignatureLength];

        Assert.True(key.TrySign(data, signature, out var written));
        Assert.Equal(256, written);
        Assert.True(rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void A_destination_that_is_too_short_is_answered_with_false()
    {
        using var key = TestKeys.Key(0);

        Assert.False(key.TrySign([1, 2, 3], new byte[key.SignatureLength - 1], out _));
    }

    [Fact]
    public void Many_threads_sign_on_one_key_at_once_and_every_signature_verifies()
    {
        using var key = TestKeys.Key(0);
        using var rsa = PublicHalf(0);
        var signatures = new byte[400][];

        Parallel.For(0, signatures.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, number =>
        {
            var signature = new byte[key.SignatureLength];
            Assert.True(key.TrySign(BitConverter.GetBytes(number), signature, out _));
            signatures[number] = signature;
        });

        for (var number = 0; number < signatures.Length; number++)
            Assert.True(rsa.VerifyData(
                BitConverter.GetBytes(number),
                signatures[number],
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void A_key_of_fewer_than_2048_bits_is_refused() => Refused(Small(), "1024 bits");

    [Fact]
    public void A_key_that_is_not_RSA_is_refused()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Refused(ec.ExportPkcs8PrivateKeyPem(), "not an RSA private key");
    }

    [Fact]
    public void A_key_in_PKCS1_is_refused_with_the_command_that_converts_it()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(TestKeys.Pem(0));

        Refused(rsa.ExportRSAPrivateKeyPem(), "openssl pkcs8 -topk8 -nocrypt");
    }

    [Fact]
    public void A_key_under_a_passphrase_is_refused()
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(TestKeys.Pem(0));

        Refused(
            rsa.ExportEncryptedPkcs8PrivateKeyPem(
                "demo", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000)),
            "passphrase");
    }

    [Fact]
    public void A_public_key_is_refused()
    {
        using var rsa = PublicHalf(0);

        Refused(rsa.ExportSubjectPublicKeyInfoPem(), "only a public key");
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----")]
    public void Text_that_is_not_PEM_is_refused(string text) => Refused(text, "not PEM text");

    [Fact]
    public void A_key_that_was_cut_short_is_refused() =>
        Refused(
            "-----BEGIN PRIVATE KEY-----\n" + TestKeys.Pem(0).Split('\n')[1] + "\n-----END PRIVATE KEY-----",
            "not an RSA private key");

    [Fact]
    public void A_key_prints_its_kid_alone()
    {
        using var key = TestKeys.Key(0);

        Assert.Equal($"SigningKey {key.KeyId}", key.ToString());
        Assert.DoesNotContain(
            "PRIVATE", new StoredKey(KeyStage.Current, key, null).ToString(), StringComparison.Ordinal);
    }

    private static void Refused(string pem, string why)
    {
        Assert.False(SigningKey.TryFromPem(pem, out _, out var fault));
        Assert.Contains(why, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("MII", fault, StringComparison.Ordinal);
    }

    private static RSA PublicHalf(int number)
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(TestKeys.Pem(number));
        rsa.ImportRSAPublicKey(rsa.ExportRSAPublicKey(), out _);
        return rsa;
    }

    private static string Small()
    {
#pragma warning disable CA5385 // A weak key is the point.
        using var rsa = RSA.Create(1024);
#pragma warning restore CA5385
        return rsa.ExportPkcs8PrivateKeyPem();
    }
}
