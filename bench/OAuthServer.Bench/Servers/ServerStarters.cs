namespace OAuthServer.Bench.Servers;

/// <summary>Every server that the bench knows, in the order of the tables.</summary>
internal static class ServerStarters
{
    public static IReadOnlyList<IServerStarter> All { get; } = [new OurServer(), CompanionServer.Floor, CompanionServer.OpenIddict];
}
