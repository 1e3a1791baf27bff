using OAuthServer.Keys;

namespace OAuthServer.Operators.Keys;

/// <summary>How old a key is, for people.</summary>
internal static class KeyAge
{
    /// <summary>Since when it is there; of a previous one of a folder of files, since when it is previous.</summary>
    public static string Of(StoredKey key, DateTimeOffset now) => key switch
    {
        { CreatedAt: { } made } => $"made {Quantity.Of(now - made)} ago",
        { PreviousSince: { } since } => $"previous for {Quantity.Of(now - since)}",
        _ => "age unknown",
    };
}
