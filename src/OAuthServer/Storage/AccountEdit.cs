using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OAuthServer.Protocol;

namespace OAuthServer.Storage;

/// <summary>Who changes the account of somebody else, and which state of it they have seen.</summary>
/// <param name="Context">For the audit log.</param>
/// <param name="By">One of <see cref="EndedBy"/>.</param>
internal sealed record AccountEdit(AuditContext Context, string By)
{
    /// <summary>Whoever has a shell, who may change operators too.</summary>
    public static AccountEdit Command { get; } = new(AuditContext.Command, EndedBy.Command);

    /// <summary>The app that calls; null for a command and for the operators' own site.</summary>
    public string? Client { get; init; }

    /// <summary>The operator's pseudonym; null for a command, and for an app by itself.</summary>
    public Guid? Person { get; init; }

    /// <summary>Those that the account may have; null for any.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Accounts of operators stay as they are.</summary>
    public bool SparesOperators => By == EndedBy.Operator;

    /// <summary>What the audit log says beside the event: who, and what was before and after.</summary>
    /// <param name="note">What it says of a command.</param>
    /// <param name="members">Of the account.</param>
    public string? DetailOf(string? note, params IEnumerable<AccountMemberEdit> members) => SparesOperators
        ? JsonSerializer.Serialize(
            new EditDetail(Client, Person, members.ToDictionary(member => member.Member, ChangedMember.Of)),
            EditJson.Default.EditDetail)
        : note;
}

/// <summary>A member of an account that changes, in words.</summary>
internal sealed record AccountMemberEdit(string Member, string? Before, string? After);

/// <summary>What came of an edit of an account.</summary>
internal enum AccountEdited
{
    Done,

    /// <summary>It was so already.</summary>
    WasSo,

    Unknown,

    /// <summary>It has another tag.</summary>
    Stale,

    /// <summary>It is an operator's.</summary>
    Operates,
}

/// <summary>Tells one state of an account from the next (RFC 9110 §8.8.3), and nothing of it.</summary>
internal static class AccountTag
{
    private const int Length = 8;

    public static string Of(Account account) => Of(account.ConcurrencyStamp!);

    public static string Of(string stamp) =>
        $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(stamp)).AsSpan(0, Length))}\"";
}

/// <summary>What an audit row says of an edit.</summary>
internal sealed record EditDetail(string? By, Guid? Operator, IReadOnlyDictionary<string, ChangedMember> Members);

/// <summary>A member before and after.</summary>
internal sealed record ChangedMember(string? Before, string? After)
{
    public static ChangedMember Of(AccountMemberEdit edit) => new(edit.Before, edit.After);
}

/// <summary>In ASCII: the audit log is printed in terminals.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EditDetail))]
internal sealed partial class EditJson : JsonSerializerContext;
