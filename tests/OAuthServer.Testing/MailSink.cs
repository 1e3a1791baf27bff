using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using MimeKit;

namespace OAuthServer.Testing;

/// <summary>How a <see cref="MailSink"/> behaves.</summary>
public enum SinkMood
{
    /// <summary>Takes every mail.</summary>
    Takes,

    /// <summary>Answers 451 to every recipient: come back later.</summary>
    Defers,

    /// <summary>Answers 550 to every recipient: never.</summary>
    Refuses,

    /// <summary>Says nothing from the greeting on.</summary>
    Hangs,

    /// <summary>Takes the whole mail, and hangs up before it says so.</summary>
    Vanishes,

    /// <summary>Takes the whole mail, and says so when it is let go; it has not arrived before.</summary>
    Holds,
}

/// <summary>A mail as it arrived.</summary>
public sealed record ArrivedMail(string Recipient, MimeMessage Message)
{
    public string Text => Message.TextBody ?? "";

    public string Html => Message.HtmlBody ?? "";

    /// <summary>The one link in it.</summary>
    public string Link => Regex.Matches(Text, @"^https?://\S+$", RegexOptions.Multiline).Single().Value.Trim();

    /// <summary>The link without the issuer: what a browser of the tests opens.</summary>
    public string Path => new Uri(Link).PathAndQuery;
}

/// <summary>
/// A mail server on a loopback port that speaks SMTP over a socket, and can refuse, hang and be gone.
/// </summary>
public sealed class MailSink : IAsyncDisposable
{
    private readonly ConcurrentQueue<ArrivedMail> _mails = new();
    private readonly ConcurrentQueue<ArrivedMail> _held = new();
    private readonly CancellationTokenSource _end = new();
    private TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TcpListener? _listener;
    private Task _accepting = Task.CompletedTask;

    private MailSink() => Port = LoopbackPort.Free();

    public int Port { get; }

    public SinkMood Mood { get; set; } = SinkMood.Takes;

    /// <summary>Connections that were made so far.</summary>
    public int Connections { get; private set; }

    /// <summary>Everything that arrived, in order.</summary>
    public IReadOnlyList<ArrivedMail> Mails => [.. _mails];

    /// <summary>Everything that was held, whether it was let go or not.</summary>
    public IReadOnlyList<ArrivedMail> Held => [.. _held];

    /// <summary>Settings of a server that sends to it, at once.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["Mail:Host"] = "127.0.0.1",
        ["Mail:Port"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["Mail:Tls"] = "None",
        ["Mail:From"] = "Example <no-reply@as.example.test>",
        ["Mail:PollInterval"] = "00:00:00.05",
        ["Mail:FirstPause"] = "00:00:00.05",
        ["Mail:LongestPause"] = "00:00:01",
    };

    public static MailSink Start()
    {
        var sink = new MailSink();
        sink.Appear();
        return sink;
    }

    /// <summary>Listens, perhaps again.</summary>
    public void Appear()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>When a mail to an address is held.</summary>
    public Task HoldsAsync(string recipient) =>
        Eventually.BecomesTrue(
            () => Task.FromResult(_held.Any(mail => mail.Recipient == recipient)),
            TimeSpan.FromSeconds(20),
            $"a mail to {recipient} is held");

    /// <summary>What is held arrives.</summary>
    public void LetGo() =>
        Interlocked.Exchange(ref _go, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();

    /// <summary>Nobody listens any more.</summary>
    public void Disappear() => _listener?.Stop();

    /// <summary>The mails to an address, when there are so many.</summary>
    public async Task<IReadOnlyList<ArrivedMail>> AwaitAsync(string recipient, int count = 1)
    {
        await Eventually.BecomesTrue(
            () => Task.FromResult(To(recipient).Count >= count),
            TimeSpan.FromSeconds(20),
            $"{count} mails to {recipient}");
        return To(recipient);
    }

    public IReadOnlyList<ArrivedMail> To(string recipient) => [.. _mails.Where(mail => mail.Recipient == recipient)];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Disappear();
        await _accepting;
        _end.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener)
    {
        while (true)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(_end.Token);
                Connections++;
                _ = ServeAsync(client);
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException
                or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1);
                await TalkAsync(stream, reader);
            }
            catch (Exception over) when (over is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The other side went away.
            }
        }
    }

    private async Task TalkAsync(NetworkStream stream, StreamReader reader)
    {
        if (Mood == SinkMood.Hangs) await Task.Delay(Timeout.Infinite, _end.Token);
        await SayAsync(stream, "220 sink");
        var recipients = new List<string>();
        while (await reader.ReadLineAsync(_end.Token) is { } line)
        {
            var verb = line.Split(' ', ':')[0].ToUpperInvariant();
            if (verb == "RCPT" && Mood is SinkMood.Defers or SinkMood.Refuses)
            {
                await SayAsync(stream, Mood == SinkMood.Refuses ? "550 no such mailbox" : "451 later");
                continue;
            }

            switch (verb)
            {
                case "EHLO" or "HELO":
                    await SayAsync(stream, "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8");
                    break;
                case "RCPT":
                    recipients.Add(
                        line[(line.IndexOf('<', StringComparison.Ordinal)
                            + 1)..line.IndexOf('>', StringComparison.Ordinal)]);
                    await SayAsync(stream, "250 ok");
                    break;
                case "DATA":
                    await SayAsync(stream, "354 go on");
                    var mails = await TakeAsync(reader, recipients);
                    var holds = Mood == SinkMood.Holds;
                    if (holds && !await IsLetGoAsync(reader, mails)) return;
                    foreach (var mail in mails) _mails.Enqueue(mail);
                    if (Mood == SinkMood.Vanishes) return;
                    await SayAsync(stream, "250 taken");
                    if (holds) return;
                    break;
                case "QUIT":
                    await SayAsync(stream, "221 bye");
                    return;
                default:
                    await SayAsync(stream, "250 ok");
                    break;
            }
        }
    }

    // False when whoever sent it goes away first.
    private async Task<bool> IsLetGoAsync(StreamReader reader, IReadOnlyList<ArrivedMail> mails)
    {
        var go = Volatile.Read(ref _go).Task;
        foreach (var mail in mails) _held.Enqueue(mail);
        var more = reader.ReadLineAsync(_end.Token).AsTask();
        return await Task.WhenAny(go, more) == go;
    }

    private async Task<IReadOnlyList<ArrivedMail>> TakeAsync(StreamReader reader, List<string> recipients)
    {
        var bytes = new MemoryStream();
        while (await reader.ReadLineAsync(_end.Token) is { } line && line != ".")
            bytes.Write(Encoding.Latin1.GetBytes((line.StartsWith('.') ? line[1..] : line) + "\r\n"));
        bytes.Position = 0;
        var message = await MimeMessage.LoadAsync(bytes);
        ArrivedMail[] mails = [.. recipients.Select(recipient => new ArrivedMail(recipient, message))];
        recipients.Clear();
        return mails;
    }

    private static Task SayAsync(NetworkStream stream, string text) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n")).AsTask();
}
