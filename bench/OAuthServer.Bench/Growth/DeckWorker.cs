using OAuthServer.Bench.Load;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Growth;

/// <summary>Refreshes one session after the other, each time another (RFC 6749 section 6).</summary>
internal sealed class DeckWorker(WorkerSeat seat, Stage stage, TokenDeck deck) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var card = deck.Draw();
        deck.Return(card with { Token = _caller.Refresh(connection, card.Token, stage.CredentialsOf(card.Family)) });
        return true;
    }
}
