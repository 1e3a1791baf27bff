using System.Reflection;

namespace OAuthServer.Operators.Doctor;

/// <summary>Every finding there is. The ids are a promise: scripts and alarms name them.</summary>
internal static class FindingIds
{
    public const string IssuerPlainHttp = "issuer_plain_http";
    public const string IssuerNotCanonical = "issuer_not_canonical";
    public const string IssuerLoopback = "issuer_loopback";
    public const string IssuerHasPath = "issuer_has_path";
    public const string DevelopmentExposed = "development_exposed";
    public const string ProxyMissing = "proxy_missing";
    public const string ProxyMissingTls = "proxy_missing_tls";
    public const string ProxyNetworkWide = "proxy_network_wide";
    public const string ProbeUnreachable = "probe_unreachable";
    public const string ProbeSchemeHttp = "probe_scheme_http";
    public const string ProbeRefused = "probe_refused";
    public const string ProbeIssuerDiffers = "probe_issuer_differs";
    public const string DatabaseUnreachable = "database_unreachable";
    public const string DatabaseTooOld = "database_too_old";
    public const string DemoPerson = "demo_person";
    public const string DatabaseReadOnly = "database_read_only";
    public const string DatabasePooler = "database_pooler";
    public const string DatabaseHosts = "database_hosts";
    public const string DatabaseSequence = "database_sequence";
    public const string DatabaseNotDurable = "database_not_durable";
    public const string DatabaseCommitsEarly = "database_commits_early";
    public const string DatabaseSuperuser = "database_superuser";
    public const string DatabasePoolTooLarge = "database_pool_too_large";
    public const string DatabaseRights = "database_rights_missing";
    public const string SchemaMissing = "schema_missing";
    public const string SchemaOld = "schema_old";
    public const string SchemaNewer = "schema_newer";
    public const string MigrationRights = "migration_rights_missing";
    public const string MigrationOtherRole = "migration_other_role";
    public const string KeyStoreUnreachable = "key_store_unreachable";
    public const string KeyMissing = "key_missing";
    public const string KeyUnusable = "key_unusable";
    public const string KeyOld = "key_old";
    public const string KeyPendingReady = "key_pending_ready";
    public const string ServerSecretMissing = "server_secret_missing";
    public const string KeyFilesInProduction = "key_files_in_production";
    public const string KeyFileReadable = "key_file_readable";
    public const string ResourceDefaultMissing = "resource_default_missing";
    public const string ClockOff = "clock_off";
    public const string SessionKeysInClear = "session_keys_in_clear";
    public const string SessionKeysNone = "session_keys_none";
    public const string SessionKeysExpired = "session_keys_expired";
    public const string SweeperBehind = "sweeper_behind";
    public const string SweeperOff = "sweeper_off";
    public const string DatabaseRestored = "database_restored";
    public const string SealsBehind = "seals_behind";
    public const string MailServerNone = "mail_server_none";
    public const string MailServerAway = "mail_server_away";
    public const string MailStuck = "mail_stuck";
    public const string BudgetTooWide = "budget_too_wide";
    public const string BudgetTooTight = "budget_too_tight";
    public const string BudgetCountsAll = "budget_counts_all";
    public const string SharedBudgetsAway = "shared_budgets_away";
    public const string SharedBudgetsSlow = "shared_budgets_slow";
    public const string SharedBudgetsPlain = "shared_budgets_plain";
    public const string CheckFailed = "check_failed";

    /// <summary>Stands before the rules of <c>clients lint</c>, which are findings too.</summary>
    internal const string OfClients = "client.";

    /// <summary>All but those of clients.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(FindingIds).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
    ];

    /// <summary>Whether a finding of this code can exist.</summary>
    public static bool Exists(string id) =>
        All.Contains(id, StringComparer.Ordinal) || id.StartsWith(OfClients, StringComparison.Ordinal);
}
