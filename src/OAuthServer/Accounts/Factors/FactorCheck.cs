using OAuthServer.Protocol;
using OAuthServer.Storage;

namespace OAuthServer.Accounts.Factors;

/// <summary>A second factor as it was typed.</summary>
/// <param name="AccountId">Of whom the password is known already.</param>
/// <param name="Typed">A code.</param>
/// <param name="IsRecovery">True for a recovery code, false for one of the app.</param>
internal sealed record TypedFactor(Guid AccountId, string Typed, bool IsRecovery)
{
    /// <summary>Holds the code.</summary>
    public override string ToString() => "a second factor";
}

/// <summary>
/// Checks codes of the authenticator app and recovery codes. Guesses of the app's six digits are counted for the
/// account over all instances; recovery codes cannot be guessed, so they stay open to the owner while strangers guess
/// (docs/decisions/038-a-code-works-once.md).
/// </summary>
internal sealed class FactorCheck(
    Authenticators apps,
    AuthenticatorSecrets secrets,
    RecoveryCodes recovery,
    FactorJournal journal,
    TimeProvider clock)
{
    public async Task<FactorOutcome> CheckAsync(TypedFactor factor, AuditContext context, CancellationToken ct)
    {
        var outcome = factor.IsRecovery
            ? await RecoverAsync(factor, context, ct)
            : await CheckCodeAsync(factor, context, ct);
        if (outcome is FactorOutcome.Refused refused)
            await journal.RefusedAsync(factor.AccountId, refused.Reason, context, ct);
        if (outcome is FactorOutcome.Limited)
            await journal.RefusedAsync(factor.AccountId, Reasons.FactorGuessesExhausted, context, ct);
        return outcome;
    }

    private async Task<FactorOutcome> CheckCodeAsync(TypedFactor factor, AuditContext context, CancellationToken ct)
    {
        if (TotpCode.Read(factor.Typed) is not { } code) return new FactorOutcome.Refused(Reasons.FactorMalformed);
        if (await apps.FindAsync(factor.AccountId, ct) is not { } app)
            return new FactorOutcome.Refused(Reasons.FactorUnknown);
        if (secrets.Unwrap(app) is not { } secret) return new FactorOutcome.Refused(Reasons.FactorUnreadable);
        if (TotpCode.StepOf(secret, code, clock.GetUtcNow()) is not { } step)
            return await CountAsync(factor.AccountId, context, ct);
        if (await apps.TryUseAsync(factor.AccountId, app.Id, step, ct))
            return new FactorOutcome.Accepted(SignInMethods.PasswordAndCode);
        var wait = await apps.WaitAsync(factor.AccountId, ct);
        // Used before. It is no guess: whoever has it has seen it.
        return wait > TimeSpan.Zero
            ? new FactorOutcome.Limited(wait)
            : new FactorOutcome.Refused(Reasons.FactorUsedBefore);
    }

    private async Task<FactorOutcome> CountAsync(Guid accountId, AuditContext context, CancellationToken ct)
    {
        if (await apps.CountWrongAsync(accountId, ct) is not { } counted)
            return new FactorOutcome.Limited(await apps.WaitAsync(accountId, ct));
        if (counted.Wait is not null) await journal.GuessesUsedUpAsync(accountId, counted.WrongCodes, context, ct);
        return new FactorOutcome.Refused(Reasons.FactorWrong);
    }

    private async Task<FactorOutcome> RecoverAsync(TypedFactor factor, AuditContext context, CancellationToken ct)
    {
        if (RecoveryCodeSet.Read(factor.AccountId, factor.Typed) is not { } code)
            return new FactorOutcome.Refused(Reasons.FactorMalformed);
        if (await recovery.TryUseAsync(factor.AccountId, code, ct) is not { } used)
            return new FactorOutcome.Refused(Reasons.FactorWrong);
        await apps.ForgiveAsync(factor.AccountId, ct);
        await journal.RecoveryCodeUsedAsync(factor.AccountId, used.LeftOver, context, ct);
        return new FactorOutcome.Accepted(SignInMethods.PasswordAndRecoveryCode);
    }
}
