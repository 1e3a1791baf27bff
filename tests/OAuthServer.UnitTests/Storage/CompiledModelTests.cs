using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Scaffolding;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Design.Internal;
using OAuthServer.Storage;
using OAuthServer.UnitTests.Architecture;
#pragma warning disable EF1001 // A provider's services for design time are public for tools, and this test is one.

namespace OAuthServer.UnitTests.Storage;

/// <summary>
/// The model of Entity Framework is built into the server, so that no start pays for it. <c>OAUTH_WRITE_DOCS=1</c>
/// writes its source from the mapping, as <c>dotnet ef dbcontext optimize</c> would.
/// </summary>
public sealed partial class CompiledModelTests : IDisposable
{
    private const string Variable = "OAUTH_WRITE_DOCS";
    private const string ModelNamespace = "OAuthServer.Storage.CompiledModel";

    private readonly DirectoryInfo _written = Directory.CreateTempSubdirectory("compiled-model-");
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=nowhere");

    private static string Kept => Path.Combine(CompiledServer.SourceFolder, "OAuthServer", "Storage", "CompiledModel");

    [Fact]
    public void The_model_that_is_built_in_is_the_one_that_the_mapping_describes()
    {
        Write(_written.FullName);
        var written = Sources(_written.FullName);
        Assert.Contains("OAuthDbContextModel.cs", written.Keys);
        if (Environment.GetEnvironmentVariable(Variable) == "1")
        {
            foreach (var stale in Directory.GetFiles(Kept, "*.cs")) File.Delete(stale);
            foreach (var (name, text) in written) File.WriteAllText(Path.Combine(Kept, name), text);
            return;
        }

        Assert.True(
            written.OrderBy(file => file.Key).SequenceEqual(Sources(Kept).OrderBy(file => file.Key)),
            $"The mapping has changed: run this test with {Variable}=1, which writes {Kept}.");
    }

    [Fact]
    public void The_server_uses_the_model_that_is_built_in()
    {
        using var db = NewContext();
        var builtIn = typeof(OAuthDbContext).Assembly.GetType($"{ModelNamespace}.OAuthDbContextModel", true)!;
        Assert.Same(builtIn.GetProperty("Instance")!.GetValue(null), db.Model);
    }

    public void Dispose()
    {
        _written.Delete(recursive: true);
        _nowhere.Dispose();
    }

    private OAuthDbContext NewContext()
    {
        var options = new DbContextOptionsBuilder<OAuthDbContext>();
        OAuthDatabase.Configure(options, _nowhere, new StatementsUnderWay());
        return new(options.Options);
    }

    private void Write(string folder)
    {
        using var db = NewContext();
        var services = new ServiceCollection();
        services.AddEntityFrameworkDesignTimeServices().AddDbContextDesignTimeServices(db);
        new NpgsqlDesignTimeServices().ConfigureDesignTimeServices(services);
        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();
        scope.ServiceProvider.GetRequiredService<ICompiledModelScaffolder>().ScaffoldModel(
            db.GetService<IDesignTimeModel>().Model,
            folder,
            new CompiledModelCodeGenerationOptions
            {
                ContextType = typeof(OAuthDbContext),
                ModelNamespace = ModelNamespace,
                Language = "C#",
            });
    }

    private static Dictionary<string, string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs").ToDictionary(path => Path.GetFileName(path), Source);

    // Without the tool's byte order mark and line ends, and with one id for the model, which is a new one each time.
    private static string Source(string path) => ModelId().Replace(
        File.ReadAllText(path).ReplaceLineEndings("\n"),
        "modelId: new Guid(\"4c0f6b5e-0d1e-4f7c-9d55-2a8a6d0f7b31\")");

    [GeneratedRegex("modelId: new Guid\\(\"[0-9a-f-]{36}\"\\)")]
    private static partial Regex ModelId();
}
