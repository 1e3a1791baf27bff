using System.Globalization;
using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace OAuthServer.Accounts.Mail;

/// <summary>SMTP by MailKit (RFC 5321), with TLS unless the operator said none (RFC 3207, RFC 8314).</summary>
internal sealed class SmtpTransport(IOptions<MailOptions> options, TimeProvider clock) : IMailTransport, IDisposable
{
    private const int FirstPermanent = 500;

    // All is sent by then; a server that does not say goodbye holds nobody up.
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(2);

    private readonly MailOptions _options = options.Value;
    private SmtpClient? _client;

    /// <inheritdoc/>
    public async Task OpenAsync(CancellationToken ct)
    {
        if (_client is { IsConnected: true }) return;
        await CloseAsync();
        _client = new SmtpClient
        {
            Timeout = (int)_options.Timeout.TotalMilliseconds,
            // The certificate is checked; asking its issuer about it would make the mail server's life depend on him.
            CheckCertificateRevocation = false,
        };
        await TryAsync(
            async token =>
            {
                await _client.ConnectAsync(_options.Host!, _options.Port, Security(_options.Tls), token);
                if (!string.IsNullOrEmpty(_options.User))
                    await _client.AuthenticateAsync(_options.User, await PasswordAsync(token), token);
                return MailAnswer.Taken;
            },
            ct);
    }

    /// <inheritdoc/>
    public Task<MailAnswer> SendAsync(MimeMessage mail, CancellationToken ct) => TryAsync(
        async token =>
        {
            try
            {
                await _client!.SendAsync(mail, token);
                return MailAnswer.Taken;
            }
            catch (NotSupportedException)
            {
                // An address that needs SMTPUTF8 (RFC 6531), which this server does not offer.
                return MailAnswer.Refused;
            }
        },
        ct);

    /// <inheritdoc/>
    public async Task CloseAsync()
    {
        if (_client is not { } client) return;
        _client = null;
        try
        {
            using var limit = new CancellationTokenSource(Goodbye, clock);
            if (client.IsConnected) await client.DisconnectAsync(quit: true, limit.Token);
        }
        catch (Exception failure) when (IsOfTheWay(failure) || failure is OperationCanceledException)
        {
            // It is gone all the same.
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client?.Dispose();

    private static SecureSocketOptions Security(MailTls tls) => tls switch
    {
        MailTls.OnConnect => SecureSocketOptions.SslOnConnect,
        MailTls.None => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private async Task<string> PasswordAsync(CancellationToken ct) => string.IsNullOrEmpty(_options.PasswordFile)
        ? _options.Password ?? ""
        : (await File.ReadAllTextAsync(_options.PasswordFile, ct)).TrimEnd('\r', '\n');

    private async Task<MailAnswer> TryAsync(Func<CancellationToken, Task<MailAnswer>> work, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(_options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await work(either.Token);
        }
        catch (SmtpCommandException refused) when (IsAboutThisMail(refused))
        {
            return (int)refused.StatusCode >= FirstPermanent
                ? MailAnswer.Refused
                : throw new MailNotSentException(Cause(refused), isConnection: false);
        }
        catch (SmtpCommandException refused)
        {
            throw new MailNotSentException(Cause(refused), isConnection: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new MailNotSentException("the mail server did not answer in time", isConnection: true);
        }
        catch (Exception failure) when (IsOfTheWay(failure))
        {
            throw new MailNotSentException(failure.GetType().Name + ": " + FirstLine(failure), isConnection: true);
        }
    }

    private static bool IsAboutThisMail(SmtpCommandException refused) =>
        refused.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;

    // What the server says may quote the address: its status is enough.
    private static string Cause(SmtpCommandException refused) => string.Create(
        CultureInfo.InvariantCulture, $"the mail server answered {(int)refused.StatusCode} ({refused.ErrorCode})");

    private static bool IsOfTheWay(Exception failure) => failure
        is SocketException or IOException or TimeoutException or ProtocolException or AuthenticationException
            or SslHandshakeException or ServiceNotConnectedException or ServiceNotAuthenticatedException
            or NotSupportedException or UnauthorizedAccessException or SmtpCommandException;

    private static string FirstLine(Exception failure) => failure.GetBaseException().Message.Split('\n')[0].Trim();
}
