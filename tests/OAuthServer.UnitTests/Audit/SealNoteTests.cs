using OAuthServer.Audit;

namespace OAuthServer.UnitTests.Audit;

public sealed class SealNoteTests
{
    private static readonly string Hash = new('a', 64);

    [Fact]
    public void What_was_written_is_read()
    {
        var note = new SealNote(17, Hash, new(2026, 3, 1, 12, 30, 45, TimeSpan.Zero));

        Assert.Equal(note, SealNote.Parse(note.Line + "\n"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("17")]
    [InlineData("17:abc 2026-03-01T12:30:45Z")]
    [InlineData("x:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 2026-03-01T12:30:45Z")]
    [InlineData("17:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa yesterday")]
    public void Anything_else_is_no_note(string text) => Assert.Null(SealNote.Parse(text));
}
