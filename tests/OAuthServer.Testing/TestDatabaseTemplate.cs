namespace OAuthServer.Testing;

/// <summary>A database that others are copied from: made and filled for the first of them.</summary>
/// <param name="fill">Fills a database that has the schema of this build.</param>
internal sealed class TestDatabaseTemplate(Func<TestDatabase, Task> fill)
{
    private readonly Lazy<Task<string>> _name = new(() => Task.Run(() => TestDatabase.FillTemplateAsync(fill)));

    public async Task<TestDatabase> CopyAsync() => await TestDatabase.CloneAsync(await _name.Value);
}
