using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OAuthServer.Outgoing;

namespace OAuthServer.Accounts.Passwords;

/// <summary>
/// Asks a range service whether a password is known from breaches, without telling it which: it learns 20 of the 160
/// bits of the SHA-1, and answers with some hundred that begin so, padded so that the length of the answer says
/// nothing. When it does not answer, the password counts as unknown, and for a while nobody waits for it again
/// (docs/decisions/040-passwords-of-people.md).
/// </summary>
internal sealed partial class BreachList(
    IHttpClientFactory http, IOptions<PasswordRuleOptions> options, TimeProvider clock, ILogger<BreachList> logger)
    : IDisposable
{
    /// <summary>The name of its client in <see cref="IHttpClientFactory"/>.</summary>
    public const string HttpClientName = "breached passwords";

    /// <summary>The largest answer in bytes; a range has some 800 lines of 40.</summary>
    public const int LargestAnswer = 512 * 1024;

    private const int PrefixLength = 5;
    private const int MostRanges = 64;

    // One password is judged more than once while it is set.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly MemoryCache _ranges = new(new MemoryCacheOptions { SizeLimit = MostRanges });
    private long _failed;

    /// <summary>True for a password that the service knows; false too when none is set or it does not answer.</summary>
    /// <param name="password">In its one form.</param>
    public async Task<bool> ContainsAsync(string password)
    {
        if (string.IsNullOrEmpty(options.Value.BreachList)) return false;
#pragma warning disable CA5350 // The service's own hash: nothing is protected by it.
        var hash = Convert.ToHexString(SHA1.HashData(Encoding.UTF8.GetBytes(password)));
#pragma warning restore CA5350
        var range = await RangeAsync(hash[..PrefixLength]);
        return range is not null && Holds(range, hash[PrefixLength..]);
    }

    /// <inheritdoc/>
    public void Dispose() => _ranges.Dispose();

    private async Task<string?> RangeAsync(string prefix)
    {
        if (_ranges.TryGetValue<string>(prefix, out var known)) return known;
        var failed = Interlocked.Read(ref _failed);
        if (failed != 0 && clock.GetElapsedTime(failed) < Pause) return null;
        using var limit = new CancellationTokenSource(options.Value.BreachTimeout, clock);
        var (range, fault) = await TryAsync(new Uri(options.Value.BreachList + prefix), limit.Token);
        Interlocked.Exchange(ref _failed, fault is null ? 0 : clock.GetTimestamp());
        if (fault is not null) LogFailed(fault);
        return range is null
            ? null
            : _ranges.Set(prefix, range, new MemoryCacheEntryOptions
            {
                Size = 1,
                AbsoluteExpirationRelativeToNow = Remembered,
            });
    }

    private async Task<(string? Range, string? Fault)> TryAsync(Uri uri, CancellationToken ct)
    {
        try
        {
            using var client = http.CreateClient(HttpClientName);
            using var question = new HttpRequestMessage(HttpMethod.Get, uri);
            question.Headers.Add("Add-Padding", "true");
            question.Headers.UserAgent.ParseAdd("OAuthServer");
            using var answer = await client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, ct);
            if (answer.StatusCode != HttpStatusCode.OK) return (null, $"it answers {(int)answer.StatusCode}");
            return await answer.ReadAtMostAsync(LargestAnswer, ct) is { } body
                ? (Encoding.ASCII.GetString(body.Span), null)
                : (null, $"its answer is larger than {LargestAnswer} bytes");
        }
        catch (OperationCanceledException)
        {
            return (null, $"it took longer than {options.Value.BreachTimeout}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, failure.GetBaseException().Message);
        }
    }

    // A line is the rest of a hash and how often it was seen; padding was seen never.
    private static bool Holds(string range, string rest)
    {
        foreach (var line in range.AsSpan().EnumerateLines())
        {
            if (line.Length <= rest.Length || line[rest.Length] != ':') continue;
            if (line[..rest.Length].Equals(rest, StringComparison.OrdinalIgnoreCase))
                return !line[(rest.Length + 1)..].Trim().SequenceEqual("0");
        }

        return false;
    }

    [LoggerMessage(6020, LogLevel.Warning,
        "The list of breached passwords was not asked: {Cause}. New passwords are judged without it, and it is asked "
        + "again in half a minute.")]
    private partial void LogFailed(string cause);
}
