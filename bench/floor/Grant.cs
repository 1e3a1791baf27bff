namespace OAuthServer.Bench.Floor;

/// <summary>What the rotating statement gives back, and an access token says.</summary>
internal sealed record Grant(Guid UserId, string ClientId, string Scope)
{
    public static Grant Example { get; } = new(new Guid("018f6d2a-3c55-7c41-9f0e-2d1f6a1b9c77"), "bench", "read");
}
