namespace OAuthServer.Protocol;

/// <summary>What is wrong with one member, or the rule of the schema that the whole would break.</summary>
/// <param name="Member">Its name; null for a rule.</param>
/// <param name="Rule">The name of a CHECK constraint; null for a member.</param>
/// <param name="Problem">In a sentence; null where the name of the rule says it.</param>
internal sealed record EditFault(string? Member, string? Rule, string? Problem)
{
    /// <summary>What a stranger sent may be its member.</summary>
    public override string ToString() => Rule ?? nameof(EditFault);
}

/// <summary>Why a record is not made or changed, with everything that is wrong.</summary>
internal sealed record EditRefusal(string Code, string Description, string Reason, int Status)
    : OAuthError(Code, Description, Reason, Status)
{
    public IReadOnlyList<EditFault> Faults { get; init; } = [];

    public static EditRefusal Unknown { get; } =
        new("not_found", "There is no such record.", Reasons.RecordUnknown, 404);

    public static EditRefusal Taken { get; } =
        new("client_id_taken", "There is a client of this client_id.", Reasons.ClientIdTaken, 409);

    /// <summary>RFC 9110 §15.5.13.</summary>
    public static EditRefusal Stale { get; } = new(
        "precondition_failed", "It was changed since: read it again, and change what is there now.",
        Reasons.PreconditionStale, 412);

    public static EditRefusal Lockout { get; } = new(
        "self_lockout", "The caller, or everybody, would lose a scope of this API.", Reasons.SelfLockout, 409);

    public static EditRefusal Administers { get; } = new(
        "client_administers", "A client that may administer is changed by commands and by SQL alone.",
        Reasons.ClientAdministers, 409);

    public static EditRefusal AddressTaken { get; } =
        new("account_exists", "There is an account of this address.", Reasons.AccountExists, 409);

    /// <summary>Whoever could change an operator would have what the operator has.</summary>
    public static EditRefusal Operates { get; } = new(
        "account_operates", "The account of an operator is changed by commands, by SQL and by its owner alone.",
        Reasons.AccountOperates, 409);

    public static EditRefusal Disabled { get; } =
        new("account_disabled", "The account is disabled: enable it first.", Reasons.AccountDisabled, 409);

    /// <summary>Members that are unknown, not the caller's to set, of the wrong kind, or there twice.</summary>
    public static EditRefusal Members(IReadOnlyList<EditFault> faults) =>
        new("invalid_request", "Some members cannot be taken; faults names each.", Reasons.MembersUnfit, 400)
        {
            Faults = faults,
        };

    public static EditRefusal Rules(IEnumerable<string> names) =>
        new("invalid_request", "A rule would be broken; faults names each.", Reasons.ClientRuleBroken, 400)
        {
            Faults = [.. names.Select(name => new EditFault(null, name, null))],
        };

    public static EditRefusal NoRotation(string description) =>
        new("secret_not_rotated", description, Reasons.SecretNotRotated, 409);
}
