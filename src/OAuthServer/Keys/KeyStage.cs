namespace OAuthServer.Keys;

/// <summary>
/// How far a signing key is. The stages are those of AWS Secrets Manager; files use the same three.
/// Every stage is published in the JWK Set (RFC 7517 §5); one signs.
/// </summary>
internal enum KeyStage
{
    /// <summary><c>AWSPENDING</c>: published so that verifiers can learn it, does not sign yet.</summary>
    Pending,

    /// <summary><c>AWSCURRENT</c>: signs.</summary>
    Current,

    /// <summary><c>AWSPREVIOUS</c>: signs no more, published until the last token it signed has expired.</summary>
    Previous,
}
