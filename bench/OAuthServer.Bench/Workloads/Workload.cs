using OAuthServer.Bench.Load;
using OAuthServer.Bench.Servers;

namespace OAuthServer.Bench.Workloads;

/// <summary>A kind of operation that callers repeat.</summary>
/// <param name="Name">As in tables and in <c>--only</c>.</param>
/// <param name="Fits">Whether a server has the endpoints for it.</param>
/// <param name="Worker">Makes one caller.</param>
internal sealed record Workload(string Name, Func<ServerRoutes, bool> Fits, Func<WorkerSeat, IWorker> Worker)
{
    /// <summary>The floor's workload to hold this one against; null when there is none.</summary>
    public string? Floor { get; init; }

    /// <summary>Its part of the time that a server is warmed up, against 1 of the others.</summary>
    public int WarmUpShare { get; init; } = 1;

    /// <summary>Workers prepare what they use up: nothing of it goes into an unmeasured run.</summary>
    public bool RunsOut { get; init; }

    /// <summary>More callers than this are not let in by design, and are not tried.</summary>
    public int MostConnections { get; init; } = int.MaxValue;

    /// <summary>All of them, in the order of the tables.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("refresh", routes => routes.Refresh is not null, seat => new RefreshWorker(seat))
        {
            Floor = "refresh",
            WarmUpShare = 4,
        },
        new("code", routes => routes.Authorize is not null, seat => new CodeWorker(seat))
        {
            Floor = "code",
            WarmUpShare = 4,
        },
        new("code-openid", routes => routes.UserInfo is not null, seat => new OpenIdWorker(seat)) { Floor = "code" },
        new("userinfo", routes => routes.UserInfo is not null, RequestWorker.AskUserInfo),
        new("own-token", routes => routes.ClientCredentials is not null, seat => new OwnTokenWorker(seat))
        {
            Floor = "own-token",
        },
        new(
            "own-token-key",
            routes => routes is { ClientCredentials: not null, TakesAssertions: true },
            seat => new KeyedTokenWorker(seat)) { Floor = "own-token" },
        new("introspect", routes => routes.Introspect is not null, seat => new IntrospectWorker(seat)),
        new("push", routes => routes.Push is not null, seat => new PushWorker(seat)),
        new("revoke", routes => routes.Revoke is not null, seat => new RevokeWorker(seat)) { RunsOut = true },
        new(
            "mixed",
            routes => routes is { Refresh: not null, ChecksSecrets: true },
            seat => new MixedSecretsWorker(seat)),
        new(
            "metadata",
            routes => routes.Metadata is not null,
            seat => RequestWorker.Get(seat, seat.Server.Routes.Metadata!)) { Floor = "metadata" },
        new("jwks", routes => routes.Keys is not null, seat => RequestWorker.Get(seat, seat.Server.Routes.Keys!))
        {
            Floor = "jwks",
        },
        new(
            "jwks-304",
            routes => routes is { Keys: not null, Revalidates: true },
            seat => RequestWorker.GetUnchanged(seat, seat.Server.Routes.Keys!)) { Floor = "static" },
        new("bearer", routes => routes.Protected is not null, RequestWorker.CallApi) { Floor = "static" },
        new("sign-in", routes => routes.SignIn is not null, seat => new SignInWorker(seat)) { MostConnections = 16 },
        new("echo", routes => routes.Echo is not null, seat => RequestWorker.Post(seat, seat.Server.Routes.Echo!)),
        new("static", routes => routes.Static is not null, seat => RequestWorker.Get(seat, seat.Server.Routes.Static!)),
        new("sign", routes => routes.Sign is not null, seat => RequestWorker.Post(seat, seat.Server.Routes.Sign!)),
        new(
            "statement",
            routes => routes.Statement is not null,
            seat => RequestWorker.Post(seat, seat.Server.Routes.Statement!)),
    ];

    /// <summary>Those of these names, with the floor's workloads that they are held against.</summary>
    public static IReadOnlyList<Workload> Chosen(IReadOnlyCollection<string> names) =>
        [
            .. All.Where(workload => names.Contains(workload.Name)
                || All.Any(other => names.Contains(other.Name) && other.Floor == workload.Name)),
        ];
}
