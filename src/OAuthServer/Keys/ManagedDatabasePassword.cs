using System.Text.Json;
using Npgsql;
using OAuthServer.Keys.SecretsManager;
using OAuthServer.Storage;

namespace OAuthServer.Keys;

/// <summary>
/// The password of the database as the current version of a secret in AWS Secrets Manager: itself, or JSON with a
/// member <c>password</c>, as RDS writes it. The store is asked when a connection is opened, every ten seconds at most;
/// while it is away the last answer counts.
/// </summary>
/// <param name="connect">Makes the client at first use.</param>
/// <param name="secretId">Name or ARN of the secret.</param>
/// <param name="clock">Tells how old an answer is.</param>
/// <param name="logger">Is told when the store is away.</param>
internal sealed partial class ManagedDatabasePassword(
    Func<AmazonSecretsManagerClient> connect,
    string secretId,
    TimeProvider clock,
    ILogger<ManagedDatabasePassword> logger) : IDatabasePassword, IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);

    private readonly ManagedSecret _secret = new(connect, secretId, "OAuthServer: password of the database");
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Answer? _last;

    /// <inheritdoc/>
    public async ValueTask<string> ReadAsync(CancellationToken ct)
    {
        if (_last is { } known && IsFresh(known)) return known.Password;
        await _turn.WaitAsync(ct);
        try
        {
            // Whoever was before in the queue has asked for all.
            if (_last is { } asked && IsFresh(asked)) return asked.Password;
            return (_last = new Answer(await AskAsync(ct), clock.GetTimestamp())).Password;
        }
        catch (KeyStoreException outage) when (_last is not null)
        {
            LogAway(outage.Message);
            return (_last = new Answer(_last.Password, clock.GetTimestamp())).Password;
        }
        catch (KeyStoreException outage)
        {
            throw new NpgsqlException($"The password of the database cannot be had: {outage.Message}", outage);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _secret.Dispose();
        _turn.Dispose();
    }

    private bool IsFresh(Answer answer) => clock.GetElapsedTime(answer.At) < Fresh;

    private Task<string> AskAsync(CancellationToken ct) => _secret.GuardAsync(async () =>
        await _secret.GetAsync(ManagedSecret.Current, ct) is { SecretString: { Length: > 0 } text }
            ? PasswordIn(text)
            : throw Unusable($"has no version that is labelled {ManagedSecret.Current}"), ct);

    private string PasswordIn(string text)
    {
        if (text[0] != '{') return text.TrimEnd('\r', '\n');
        using var members = JsonDocument.Parse(text);
        return members.RootElement.TryGetProperty("password", out var password)
            && password.ValueKind == JsonValueKind.String
                ? password.GetString()!
                : throw Unusable("is JSON without a member password");
    }

    private KeyStoreException Unusable(string why) => new($"{_secret.Place} {why}");

    [LoggerMessage(5009, LogLevel.Warning,
        "The password of the database was not asked for anew ({Cause}); the last one is used until the store answers.")]
    private partial void LogAway(string cause);

    /// <summary>What the store said, and when, as a timestamp of the clock.</summary>
    private sealed record Answer(string Password, long At)
    {
        /// <summary>Kept out of logs.</summary>
        public override string ToString() => nameof(Answer);
    }
}
