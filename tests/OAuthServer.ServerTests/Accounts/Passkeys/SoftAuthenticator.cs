using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OAuthServer.ServerTests.Accounts.Passkeys;

/// <summary>How an answer differs from what a browser would give.</summary>
internal sealed record Deviation
{
    public string Origin { get; init; } = "https://as.example.test";

    public bool CrossOrigin { get; init; }

    public bool IsVerified { get; init; } = true;

    public byte[]? CredentialId { get; init; }
}

/// <summary>
/// An authenticator in memory: one key, discoverable, with user verification (Web Authentication §6).
/// </summary>
internal sealed class SoftAuthenticator(int algorithm = -7)
{
    private readonly ECDsa _elliptic = ECDsa.Create(algorithm == -35
        ? ECCurve.NamedCurves.nistP384
        : ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string _userHandle = "";

    /// <summary>What <c>navigator.credentials.create</c> gives, as JSON.</summary>
    public string Create(string options, Deviation? deviation = null)
    {
        var asked = JsonNode.Parse(options)!;
        _userHandle = asked["user"]!["id"]!.GetValue<string>();
        var data = AuthenticatorData(asked["rp"]!["id"]!.GetValue<string>(), deviation ?? new(), attests: true);
        byte[] attestation =
        [
            .. Map(3),
            .. Text("fmt"),
            .. Text("none"),
            .. Text("attStmt"),
            .. Map(0),
            .. Text("authData"),
            .. Bytes(data),
        ];
        return Answer(
            "webauthn.create",
            asked,
            deviation ?? new(),
            response => response["attestationObject"] = Encoded(attestation));
    }

    /// <summary>What <c>navigator.credentials.get</c> gives, as JSON.</summary>
    public string Get(string options, Deviation? deviation = null)
    {
        var asked = JsonNode.Parse(options)!;
        var data = AuthenticatorData(asked["rpId"]!.GetValue<string>(), deviation ?? new(), attests: false);
        return Answer("webauthn.get", asked, deviation ?? new(), response =>
        {
            response["authenticatorData"] = Encoded(data);
            response["userHandle"] = _userHandle;
            byte[] signed =
            [
                .. data, .. SHA256.HashData(Base64Url.DecodeFromChars(response["clientDataJSON"]!.GetValue<string>())),
            ];
            response["signature"] = Encoded(algorithm switch
            {
                -257 => _rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                _ => _elliptic.SignData(
                    signed,
                    algorithm == -35 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256,
                    DSASignatureFormat.Rfc3279DerSequence),
            });
        });
    }

    private string Answer(string type, JsonNode asked, Deviation deviation, Action<JsonObject> fill)
    {
        var client = new JsonObject
        {
            ["type"] = type,
            ["challenge"] = asked["challenge"]!.GetValue<string>(),
            ["origin"] = deviation.Origin,
            ["crossOrigin"] = deviation.CrossOrigin,
        };
        if (deviation.CrossOrigin) client["topOrigin"] = "https://evil.example";
        var response = new JsonObject { ["clientDataJSON"] = Encoded(Encoding.UTF8.GetBytes(client.ToJsonString())) };
        fill(response);
        var id = Encoded(deviation.CredentialId ?? _id);
        return new JsonObject
        {
            ["id"] = id,
            ["rawId"] = id,
            ["type"] = "public-key",
            ["clientExtensionResults"] = new JsonObject(),
            ["response"] = response,
        }.ToJsonString();
    }

    private byte[] AuthenticatorData(string rpId, Deviation deviation, bool attests)
    {
        const int present = 0x01, verified = 0x04, attested = 0x40;
        var flags = (byte)(present | (deviation.IsVerified ? verified : 0) | (attests ? attested : 0));
        byte[] head = [.. SHA256.HashData(Encoding.UTF8.GetBytes(rpId)), flags, 0, 0, 0, 0];
        return attests ? [.. head, .. new byte[16], .. Length(_id.Length), .. _id, .. PublicKey()] : head;
    }

    private byte[] PublicKey()
    {
        if (algorithm == -257)
        {
            var rsa = _rsa.ExportParameters(false);
            return [
                .. Map(4),
                .. Number(1),
                .. Number(3),
                .. Number(3),
                .. Number(algorithm),
                .. Number(-1),
                .. Bytes(rsa.Modulus!),
                .. Number(-2),
                .. Bytes(rsa.Exponent!),
            ];
        }

        var point = _elliptic.ExportParameters(false).Q;
        return [
            .. Map(5),
            .. Number(1),
            .. Number(2),
            .. Number(3),
            .. Number(algorithm),
            .. Number(-1),
            .. Number(algorithm == -35 ? 2 : 1),
            .. Number(-2),
            .. Bytes(point.X!),
            .. Number(-3),
            .. Bytes(point.Y!),
        ];
    }

    private static byte[] Length(int length)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)length);
        return bytes;
    }

    private static string Encoded(byte[] bytes) => Base64Url.EncodeToString(bytes);

    // CBOR (RFC 8949): the major type and a length or number.
    private static byte[] Head(int major, int value)
    {
        if (value < 24) return [(byte)((major << 5) | value)];
        return value < 256 ? [(byte)((major << 5) | 24), (byte)value] : [(byte)((major << 5) | 25), .. Length(value)];
    }

    private static byte[] Number(int value) => value >= 0 ? Head(0, value) : Head(1, -1 - value);

    private static byte[] Bytes(byte[] value) => [.. Head(2, value.Length), .. value];

    private static byte[] Text(string value) => [.. Head(3, value.Length), .. Encoding.UTF8.GetBytes(value)];

    private static byte[] Map(int members) => Head(5, members);
}
