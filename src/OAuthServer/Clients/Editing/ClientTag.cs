using System.Globalization;
using OAuthServer.Storage;

namespace OAuthServer.Clients.Editing;

/// <summary>
/// Tells one state of a client from the next (RFC 9110 §8.8.3): when it was changed last, to the microsecond.
/// </summary>
internal static class ClientTag
{
    public static string Of(ClientRow row) => Of(row.UpdatedAt);

    public static string Of(DateTimeOffset updatedAt) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{updatedAt.UtcTicks:x}\"");
}
