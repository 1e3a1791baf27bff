// A notes API protected by access tokens of OAuthServer. Try it:
//   curl -i http://localhost:5092/notes                                     401 missing_token, and where to get a token
//   curl -i http://localhost:5092/notes -H "Authorization: Bearer $TOKEN"   the notes of the token's user
using System.Collections.Concurrent;
using System.Security.Claims;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddOAuthBearer(builder.Configuration.GetSection("OAuthBearer"));
builder.Services.AddSingleton<Notes>();
// Apps in the browser, such as samples/Spa, call from origins of their own.
var origins = builder.Configuration.GetSection("AppOrigins").Get<string[]>() ?? [];
builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
    .WithOrigins(origins).WithHeaders("Authorization", "Content-Type").WithExposedHeaders("WWW-Authenticate")));

var app = builder.Build();
app.UseCors();
app.UseAuthentication();
app.UseAuthorization();
app.MapProtectedResourceMetadata();

var notes = app.MapGroup("/notes");
notes.MapGet("", (ClaimsPrincipal user, Notes store) => store.Of(Subject(user))).RequireScope("read");
notes.MapPost("", (NewNote note, ClaimsPrincipal user, Notes store) =>
    note.Text is { Length: > 0 and <= Notes.LongestText } text && store.TryAdd(Subject(user), text)
        ? Results.Created("/notes", new { text })
        : Results.BadRequest(new { error = "invalid_note" })).RequireScope("write");
app.Run();

static string Subject(ClaimsPrincipal user) => user.FindFirstValue("sub")!;

/// <summary>The body of <c>POST /notes</c>.</summary>
internal sealed record NewNote(string? Text);

/// <summary>The notes of each user (the token's <c>sub</c>), in memory, so many for each and no more.</summary>
internal sealed class Notes
{
    public const int LongestText = 500;
    private const int MostNotes = 100;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _notes = new();

    public IReadOnlyCollection<string> Of(string subject) => _notes.TryGetValue(subject, out var notes) ? notes : [];

    public bool TryAdd(string subject, string text)
    {
        var notes = _notes.GetOrAdd(subject, _ => new ConcurrentQueue<string>());
        if (notes.Count >= MostNotes) return false;
        notes.Enqueue(text);
        return true;
    }
}
