namespace OAuthServer.Keys;

/// <summary>
/// How long ago the last instance was seen to stop signing with a key, by the record that instances keep; null when the
/// record does not say, or cannot be read. An age and no moment, so that no two clocks have to agree.
/// </summary>
internal delegate Task<TimeSpan?> StoppedSigning(string keyId, CancellationToken cancellationToken);
