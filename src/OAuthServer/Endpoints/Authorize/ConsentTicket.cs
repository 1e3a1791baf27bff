using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using OAuthServer.Protocol;

namespace OAuthServer.Endpoints.Authorize;

/// <summary>The request that a consent form stands for, sealed so that the form's sender cannot change it (RFC 6749 §10.2).</summary>
/// <param name="Id">Counts once: one form, one code.</param>
/// <param name="UserId">The person who was asked.</param>
/// <param name="Query">The authorization request.</param>
/// <param name="ExpiresAt">After this the request begins again.</param>
internal sealed record ConsentTicket(Guid Id, Guid UserId, string Query, DateTimeOffset ExpiresAt)
{
    /// <summary>Holds a query.</summary>
    public override string ToString() => $"ticket of {UserId}";
}

/// <summary>Seals and opens tickets with Data Protection, whose keys all instances share.</summary>
internal sealed class ConsentTickets(IDataProtectionProvider protection, TimeProvider clock)
{
    // Not longer than a code's row is kept at least: the row is what makes the form count once.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly IDataProtector _protector = protection.CreateProtector("OAuthServer.Authorize.ConsentTicket.v1");

    /// <summary>A new ticket, sealed.</summary>
    public string Seal(Guid userId, string query) =>
        _protector.Protect(JsonSerializer.Serialize(new ConsentTicket(Handle.NewId(), userId, query, clock.GetUtcNow() + Lifetime)));

    /// <summary>The ticket, or null when it is not one of ours.</summary>
    public ConsentTicket? Open(string sealedTicket)
    {
        try
        {
            return JsonSerializer.Deserialize<ConsentTicket>(_protector.Unprotect(sealedTicket));
        }
        catch (Exception forged) when (forged is CryptographicException or JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>True while the ticket may be answered.</summary>
    public bool IsLive(ConsentTicket ticket) => ticket.ExpiresAt > clock.GetUtcNow();
}
