using OAuthServer.Bench.Load;
using OAuthServer.Bench.Workloads;

namespace OAuthServer.Bench.Growth;

/// <summary>Refreshes sessions of a filled database (RFC 6749 section 6).</summary>
/// <param name="keep">True when the caller stays with the session that it drew first, false when it draws another each
/// time.</param>
internal sealed class DeckWorker(WorkerSeat seat, Stage stage, TokenDeck deck, bool keep) : IWorker
{
    private readonly TokenCaller _caller = new(seat.Server);
    private Card? _kept;

    /// <inheritdoc />
    public bool RunOnce(HttpConnection connection)
    {
        var card = _kept ?? deck.Draw();
        var successor = card with { Token = _caller.Refresh(connection, card.Token, stage.CredentialsOf(card.Family)) };
        if (keep) _kept = successor;
        else deck.Return(successor);
        return true;
    }
}
