namespace OAuthServer.Operators.Doctor;

/// <summary>Something that was looked at, such as the issuer or the age of a key.</summary>
internal sealed record CheckFact(string Name, string Value);
