namespace OAuthServer.Keys;

/// <summary>The answer to an operator's change: done, or refused with the reason and what to do.</summary>
/// <param name="Done">False when nothing was changed.</param>
/// <param name="Message">One or two sentences for the operator.</param>
/// <param name="KeyId">The key that the change is about; null when there is none.</param>
/// <param name="NotBefore">
/// When the refused change will be possible without force; null when that is not known.
/// </param>
internal sealed record KeyChange(bool Done, string Message, string? KeyId = null, DateTimeOffset? NotBefore = null);
