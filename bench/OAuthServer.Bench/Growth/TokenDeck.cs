using System.Collections.Concurrent;

namespace OAuthServer.Bench.Growth;

/// <summary>
/// The live tokens of a stage, in an order without neighbours, so that every refresh finds its row cold. Who draws one
/// puts its successor back below all the others.
/// </summary>
internal sealed class TokenDeck(Stage stage)
{
    // A prime: it has no divisor in common with the number of families, so that its multiples pass through all of them.
    private const long Stride = 2_147_483_647;

    private readonly ConcurrentQueue<Card> _successors = new();
    private long _drawn;

    public Card Draw()
    {
        var position = Interlocked.Increment(ref _drawn);
        if (position <= stage.Rows)
        {
            var family = (position * Stride % stage.Rows) + 1;
            return new Card(family, Stage.TokenOf(family));
        }

        return _successors.TryDequeue(out var card)
            ? card
            : throw new InvalidOperationException("There are more callers than live sessions.");
    }

    public void Return(Card successor) => _successors.Enqueue(successor);
}

/// <summary>A family and its live token.</summary>
internal sealed record Card(long Family, string Token);
