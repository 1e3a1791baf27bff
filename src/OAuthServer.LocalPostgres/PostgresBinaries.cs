using System.Collections;
using System.Globalization;

namespace OAuthServer.LocalPostgres;

/// <summary>One installation of PostgreSQL: a folder that holds initdb, postgres and pg_ctl.</summary>
internal sealed record PostgresBinaries(string Folder, int MajorVersion)
{
    /// <summary>An environment variable with the only folders to search, separated as in PATH.</summary>
    public const string FoldersVariable = "OAUTHSERVER_POSTGRES_BIN";

    private static readonly string[] Needed = ["initdb", "postgres", "pg_ctl"];

    /// <summary>Said when no folder holds PostgreSQL.</summary>
    public const string InstallAdvice =
        """
        No PostgreSQL was found on this machine. Any one of these gives you one:
          Debian, Ubuntu   sudo apt-get install -y postgresql
          Fedora, RHEL     sudo dnf install -y postgresql-server
          macOS            brew install postgresql@17
          Windows          winget install PostgreSQL.PostgreSQL.17
          Docker           docker compose up -d postgres
        Or set ConnectionStrings__OAuthServer to a database of your own.
        """;

    public string Initdb => Tool("initdb");

    public string PgCtl => Tool("pg_ctl");

    /// <summary>How to call psql: by its name where PATH has it.</summary>
    public string Psql
    {
        get
        {
            var path = Split(Variable("PATH") ?? "");
            var isInPath = path.Any(folder => File.Exists(Path.Combine(folder, Executable("psql"))));
            return isInPath || !File.Exists(Tool("psql")) ? "psql" : $"\"{Tool("psql")}\"";
        }
    }

    /// <summary>Every installation in the given folders, the newest first.</summary>
    public static IReadOnlyList<PostgresBinaries> FindAll(IReadOnlyList<string>? folders) =>
        [.. (folders ?? UsualFolders())
            .Where(HasAll)
            .Select(RealFolder)
            .Distinct(StringComparer.Ordinal)
            .Select(folder => new PostgresBinaries(folder, VersionIn(folder)))
            .OrderByDescending(found => found.MajorVersion)];

    private static string[] UsualFolders()
    {
        // PATH belongs to the machine, not to our configuration: a key of that name in appsettings.json must not
        // choose what we run.
        if (Variable(FoldersVariable) is { Length: > 0 } named) return Split(named);
        var path = Variable("PATH");
        var programFiles = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
        return
        [
            .. Split(path ?? ""),
            .. Versions("/usr/lib/postgresql", "*", "bin"),
            .. Versions("/usr", "pgsql-*", "bin"),
            .. Versions("/opt/homebrew/opt", "postgresql*", "bin"),
            .. Versions("/usr/local/opt", "postgresql*", "bin"),
            .. Versions("/Applications/Postgres.app/Contents/Versions", "*", "bin"),
            "/usr/local/pgsql/bin",
            .. programFiles.Length == 0 ? [] : Versions(Path.Combine(programFiles, "PostgreSQL"), "*", "bin"),
        ];
    }

    private static string? Variable(string name)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>();
        return variables.FirstOrDefault(variable => IsNamed(variable, name)).Value as string;
    }

    private static bool IsNamed(DictionaryEntry variable, string name) =>
        string.Equals((string)variable.Key, name, StringComparison.OrdinalIgnoreCase);

    private static string[] Split(string folders) => folders.Split(
        Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<string> Versions(string parent, string pattern, string child) =>
        Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, pattern).Select(folder => Path.Combine(folder, child))
            : [];

    private static bool HasAll(string folder) =>
        Needed.All(tool => File.Exists(Path.Combine(folder, Executable(tool))));

    // PATH often holds links into the versioned folder: the same installation must not count twice.
    private static string RealFolder(string folder)
    {
        var tool = new FileInfo(Path.Combine(folder, Executable("initdb")));
        var real = tool.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? tool.FullName;
        var realFolder = Path.GetDirectoryName(real)!;
        return HasAll(realFolder) ? realFolder : Path.GetFullPath(folder);
    }

    // The folder's name carries the version nearly everywhere; where it does not, the program is asked (0 when it will
    // not say).
    private static int VersionIn(string folder)
    {
        var parent = Path.GetFileName(Path.GetDirectoryName(folder)) ?? "";
        var digits = new string([.. parent.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        if (int.TryParse(digits, CultureInfo.InvariantCulture, out var version)) return version;
        var answer = ServerAccount.Own.Run(Path.Combine(folder, Executable("postgres")), "--version");
        digits = new string([.. answer.Output.SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out version) ? version : 0;
    }

    private static string Executable(string tool) => OperatingSystem.IsWindows() ? tool + ".exe" : tool;

    private string Tool(string name) => Path.Combine(Folder, Executable(name));
}
