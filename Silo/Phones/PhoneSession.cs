using System.Security.Cryptography;
using System.Threading.Channels;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Silo.Requests;

namespace QuicPair.Silo.Phones;

/// <summary>
/// One connection of a phone, from the first handshake message to the close: handshake, then pairing (mode 1) or proof
/// (mode 2), then live. Everything happens in one queue, so nothing is decrypted before the handshake ends and nothing
/// is encrypted out of order. Whatever breaks the protocol erases the keys and closes the channel without a word.
/// </summary>
internal sealed partial class PhoneSession : IDisposable
{
    private readonly Channel<SessionEvent> _events = Channel.CreateUnbounded<SessionEvent>(
        new UnboundedChannelOptions { SingleReader = true });

    private readonly SessionParts _parts;
    private readonly HandshakeTerms _terms;
    private readonly IMessageChannel _channel;
    private readonly PhoneRequests _requests;
    private readonly TaskCompletionSource _live = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private readonly long _started;
    private SecureChannel? _secure;
    private SessionOutput? _output;
    private PairingSteps? _pairing;
    private HandshakeOutcome? _outcome;
    private long _unhandled;
    private int _woken;
    private bool _isLive;
    private bool _over;
    private long? _closingSince;
    private ITimer? _closeLimit;

    public PhoneSession(SessionParts parts, HandshakeTerms terms, IMessageChannel channel)
    {
        _parts = parts;
        _terms = terms;
        _channel = channel;
        _started = parts.Time.GetTimestamp();
        _requests = new PhoneRequests(
            Device, parts.Requests, Wake, message => Post(new SessionEvent.Reply(message)));
    }

    public string Device => _terms.Offer.Device;

    /// <summary>When it became live.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Ends when the session becomes live.</summary>
    public Task Live => _live.Task;

    /// <summary>
    /// Ends when the keys are erased and the session is live no more; what was said before may still be on its way.
    /// </summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether the owner is comparing the six digits.</summary>
    public bool IsConfirming => _pairing?.IsConfirming ?? false;

    private bool IsClosing => _closingSince is not null;

    /// <summary>Ends the session: a close frame, after an error when there is one.</summary>
    public void Close(CloseCode code, ErrorCode? error = null) => Post(new SessionEvent.Closing(code, error));

    /// <summary>Ends the session at once, whether the phone reads or not: nothing more is said.</summary>
    public void Abort() => Post(new SessionEvent.Gone());

    /// <summary>Asks a live phone to restart ICE: this Mac's address has changed (docs/protocol.md, 3.5).</summary>
    public void AskForRestart() => Post(SessionEvent.Moved.Instance);

    /// <summary>Runs until the channel is closed.</summary>
    public async Task Run()
    {
        await using var ticks = _parts.Time.CreateTimer(
            _ => Post(SessionEvent.Tick.Instance), null, PhoneTimings.Tick, PhoneTimings.Tick);
        _ = _channel.Closed.ContinueWith(_ => Post(new SessionEvent.Gone()), TaskScheduler.Default);
        _channel.OnMessage = Receive;
        try
        {
            await foreach (var step in _events.Reader.ReadAllAsync())
            {
                Handle(step);
                if (_over) break;
                if (_output is { } output && !output.Drain(NextMessage)) break;
                if (_secure is { IsOver: true }) break;
            }
        }
        finally
        {
            await Finish();
        }
    }

    private Message? NextMessage() => _isLive ? _requests.Next() : null;

    private void Receive(ReadOnlyMemory<byte> bytes, bool isText)
    {
        if (Interlocked.Add(ref _unhandled, bytes.Length) > PhoneTimings.MaxUnhandled)
        {
            Post(new SessionEvent.Gone());
            return;
        }

        Post(new SessionEvent.Received(bytes.ToArray(), isText));
    }

    private void Post(SessionEvent step) => _events.Writer.TryWrite(step);

    // One wake in the queue is enough for any number of tokens.
    private void Wake()
    {
        if (Interlocked.Exchange(ref _woken, 1) == 0) Post(SessionEvent.Wake.Instance);
    }

    private void Handle(SessionEvent step)
    {
        switch (step)
        {
            case SessionEvent.Received received:
                Interlocked.Add(ref _unhandled, -received.Bytes.Length);
                if (IsClosing) break;
                if (received.IsText) Fatal();
                else if (_secure is null) Handshake(received.Bytes);
                else Open(received.Bytes);
                break;
            case SessionEvent.Wake:
                Volatile.Write(ref _woken, 0);
                break;
            case SessionEvent.Tick:
                LookAtClocks();
                break;
            case SessionEvent.Confirmed confirmed:
                Apply(_pairing!.Confirmed(confirmed.Accepted));
                break;
            case SessionEvent.Reply reply:
                Later(reply.Message);
                break;
            case SessionEvent.Moved:
                if (_isLive && !IsClosing) _output!.Send(new RestartMessage());
                break;
            case SessionEvent.Closing closing:
                BeginClose(closing.Code, closing.Error);
                break;
            case SessionEvent.Gone:
                Fatal();
                break;
        }
    }

    private void Handshake(byte[] message)
    {
        if (!MacHandshake.TryAnswer(_terms, _parts.Keys, _parts.MacName, message, out var answer, out _outcome))
        {
            _channel.TrySend([(byte)ChannelMessageType.Alert, 1]);
            _over = true;
            return;
        }

        _secure = new SecureChannel(new NoiseCipher(_outcome.Transport), new SecureChannelOptions
        {
            Padding = _parts.Options.Padding,
            Budget = _parts.Budget,
        });
        _output = new SessionOutput(_channel, _secure, Wake, _parts.Time);
        if (!_outcome.IsAdmitted) _parts.Keys.Audit?.Refused(Device, "handshake");
        if (_outcome.IsSecondClaim) _parts.Confirmations.SecondClaim(Device);
        _over = !_channel.TrySend(answer);
        if (_over || _terms.Offer.Mode != PairingMode.Invited || !_outcome.IsAdmitted) return;
        _pairing = new PairingSteps(_parts, _terms.Offer.Invitation!, _outcome);
        Apply(_pairing.Begin(accepted => Post(new SessionEvent.Confirmed(accepted)), _end.Token));
    }

    private void Open(byte[] message)
    {
        var input = _secure!.Receive(_parts.Time.GetElapsedTime(_started), message);
        if (input.Kind == ChannelInputKind.Fatal)
        {
            Fatal();
            return;
        }

        if (!_isLive && _pairing is null && _secure.IsConfirmed && !BecomeLive()) return;
        switch (input.Kind)
        {
            case ChannelInputKind.Message when !_isLive:
                Apply(_pairing!.Handle(input.Content.Span));
                break;
            case ChannelInputKind.Message:
                Answer(input.Content.Span);
                break;
            case ChannelInputKind.Closed:
                _over = true;
                break;
            case ChannelInputKind.TooLarge:
                BeginClose(CloseCode.TooLarge, ErrorCode.TooLarge);
                break;
        }
    }

    private void Answer(ReadOnlySpan<byte> json)
    {
        _ = MessageReader.TryRead(json, out var message, out var refusal);
        if (PairingSteps.IsPairingOp(message?.Op ?? refusal?.For))
        {
            Fatal();
            return;
        }

        var reply = message is null ? refusal : _requests.Handle(message);
        if (reply is not null) _output!.Send(reply);
        if (_output!.IsFlooded) BeginClose(CloseCode.Idle, null);
    }

    private void Later(Message reply)
    {
        if (IsClosing || _output is not { } output) return;
        output.Send(reply);
        if (output.IsFlooded) BeginClose(CloseCode.Idle, null);
    }

    private void Apply(PairingStep step)
    {
        if (step.Commits)
        {
            if (!BecomeLive()) return;
            _pairing!.Complete();
        }

        if (step.Message is { } message) _output!.Send(message);
        if (step.Message is PairedMessage paired) CryptographicOperations.ZeroMemory(paired.K);
        if (step.Close is { } code) BeginClose(code, null);
        if (step.IsFatal) Fatal();
    }

    private void LookAtClocks()
    {
        var age = _parts.Time.GetElapsedTime(_started);
        if (_secure is null)
        {
            if (age >= PhoneTimings.Handshake) Fatal();
            return;
        }

        if (_output!.IsStuck) Fatal();
        else if (_secure.Deadline is { } deadline && age >= deadline) BeginClose(CloseCode.Idle, null);
        else if (age >= PhoneTimings.Session) BeginClose(CloseCode.Renew, null);
        else if (_isLive && _requests.IsWaiting && _output.IsQuiet) _secure.Ping(ReadOnlyMemory<byte>.Empty);
    }

    private void BeginClose(CloseCode code, ErrorCode? error)
    {
        if (_secure is null)
        {
            _over = true;
            return;
        }

        // The last words wait behind whatever the phone has not read, and it may never read.
        _closingSince ??= _parts.Time.GetTimestamp();
        _closeLimit ??= _parts.Time.CreateTimer(
            _ => Post(new SessionEvent.Gone()), null, PhoneTimings.Flush, Timeout.InfiniteTimeSpan);
        if (error is { } reason && _isLive) _output!.Send(new ErrorMessage { Code = reason });
        _secure.Close(code);
    }

    private void Fatal()
    {
        _secure?.Dispose();
        _over = true;
    }
}
