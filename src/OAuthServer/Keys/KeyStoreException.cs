namespace OAuthServer.Keys;

/// <summary>
/// The key store is out of reach, refuses, or holds nothing usable. The message tells an operator what to do and
/// carries no key material; <paramref name="inner"/> is the cause, for a debugger, and is not logged.
/// </summary>
internal sealed class KeyStoreException(string message, Exception? inner = null) : Exception(message, inner);
