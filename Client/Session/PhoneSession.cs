using System.Threading.Channels;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// An established session: JSON messages out and in over the data channel. What comes in is given to one receiver, in
/// order. Encryption and sending are one locked step.
/// </summary>
internal sealed class PhoneSession : IAsyncDisposable
{
    // QP/1 section 6: "The phone encrypts its next frame only below 256 KiB bufferedAmount."
    private const long MaxBuffered = 256 * 1024;
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(5);

    // Ours: that a path is gone is found out by what is in flight on it. Consent alone would take up to 8 s, and RFC
    // 7675 lets nobody ask for it more often.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1.5);

    private readonly Lock _gate = new();
    private readonly DataChannel _channel;
    private readonly SecureChannel _secure;
    private readonly TimeProvider _clock;
    private readonly long _startedAt;
    private readonly byte[] _buffer = new byte[ChannelLimits.MaxChannelMessage];
    private readonly TaskCompletionSource<ConnectException> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _watch;
    private ITimer? _quiet;
    private long _heardAt;
    private long _askedAt;
    private bool _isAsking;
    private bool _isWaitingForRoom;

    public PhoneSession(DataChannel channel, ICipher cipher, TimeProvider clock)
    {
        _channel = channel;
        _clock = clock;
        _startedAt = clock.GetTimestamp();
        _secure = new SecureChannel(cipher, new SecureChannelOptions
        {
            MaxMessageBytes = ChannelLimits.MaxMessageToPhone,
            Padding = PaddingPolicy.Pad,
        });
        _watch = clock.CreateTimer(_ => Watch(), null, WatchPeriod, WatchPeriod);
    }

    /// <summary>Ends with the session; its result says why.</summary>
    public Task<ConnectException> Ended => _ended.Task;

    /// <summary>Ends once the Mac has proved that it holds the transport keys: its first frame was opened.</summary>
    public Task Confirmed => _confirmed.Task;

    /// <summary>Gives every message to <paramref name="receive"/> until the session ends.</summary>
    public async Task Pump(ChannelReader<byte[]> inbox, Action<Message> receive)
    {
        try
        {
            await foreach (var channelMessage in inbox.ReadAllAsync())
            {
                if (!Take(channelMessage, receive))
                {
                    return;
                }
            }

            End(new ConnectException(ConnectFailure.Interrupted));
        }
        catch (ConnectException failure)
        {
            End(failure);
        }
        catch (Exception failure)
        {
            // Whatever it was, a session that takes nothing more must not look alive.
            End(new ConnectException(ConnectFailure.Protocol, failure));
        }
    }

    /// <summary>Sends one message, behind those before it.</summary>
    public void Send(Message message) => Send(MessageWriter.Write(message));

    /// <summary>Sends one message that is written already; its bytes stay as they are.</summary>
    public void Send(byte[] json)
    {
        lock (_gate)
        {
            _secure.Send(json);
            Drain();
        }
    }

    /// <summary>Sends a frame ping, which also tells the Mac that this session is live.</summary>
    public void Ping()
    {
        lock (_gate)
        {
            _secure.Ping(ReadOnlyMemory<byte>.Empty);
            Drain();
        }
    }

    /// <summary>From now on sends a frame ping whenever nothing has come for a while, 1.5 s.</summary>
    public void AskWhenQuiet()
    {
        lock (_gate)
        {
            _heardAt = _clock.GetTimestamp();
            _quiet ??= _clock.CreateTimer(_ => LookIfQuiet(), null, Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    public async ValueTask DisposeAsync()
    {
        ITimer? quiet;
        lock (_gate)
        {
            _secure.Close(CloseCode.Normal);
            Drain();
            quiet = _quiet;
        }

        End(new ConnectException(ConnectFailure.Interrupted));
        await _watch.DisposeAsync();
        if (quiet is not null) await quiet.DisposeAsync();
    }

    private bool Take(byte[] channelMessage, Action<Message> receive)
    {
        ChannelInput input;
        lock (_gate)
        {
            (_heardAt, _isAsking) = (_clock.GetTimestamp(), false);
            input = _secure.Receive(_clock.GetElapsedTime(_startedAt), channelMessage);
            Drain();
        }

        if (input.Kind != ChannelInputKind.Fatal)
        {
            _confirmed.TrySetResult();
        }

        switch (input.Kind)
        {
            case ChannelInputKind.Message:
                return TryDeliver(input.Content.Span, receive);
            case ChannelInputKind.Closed:
                End(new ConnectException(Reason(input.Code)));
                return false;
            case ChannelInputKind.TooLarge:
                Close(CloseCode.TooLarge);
                End(new ConnectException(ConnectFailure.Protocol));
                return false;
            case ChannelInputKind.Fatal:
                End(new ConnectException(ConnectFailure.Protocol));
                return false;
            default:
                return true;
        }
    }

    // Whoever waits for what cannot be read would wait for ever. A newer Mac may have an op that is none of ours.
    private bool TryDeliver(ReadOnlySpan<byte> json, Action<Message> receive)
    {
        if (MessageReader.TryRead(json, out var message, out var refusal))
        {
            receive(message);
            return true;
        }

        if (refusal.Code == ErrorCode.UnknownOp) return true;
        End(new ConnectException(ConnectFailure.Protocol));
        return false;
    }

    private void Close(CloseCode code)
    {
        lock (_gate)
        {
            _secure.Close(code);
            Drain();
        }
    }

    // QP/1 section 4: "A new live session of a device replaces its old one." A Mac closes normally for nothing else.
    private static ConnectFailure Reason(CloseCode code) => code switch
    {
        CloseCode.Normal => ConnectFailure.Elsewhere,
        CloseCode.Revoked => ConnectFailure.Revoked,
        CloseCode.Refused => ConnectFailure.Refused,
        CloseCode.Shutdown => ConnectFailure.MacAway,
        CloseCode.Protocol or CloseCode.TooLarge => ConnectFailure.Protocol,
        _ => ConnectFailure.Interrupted,
    };

    // Needs the gate.
    private void Drain()
    {
        while (_channel.BufferedAmount < MaxBuffered)
        {
            if (!_secure.TryTransmit(_buffer, out var length))
            {
                return;
            }

            if (!_channel.TrySend(_buffer.AsSpan(0, length)))
            {
                _secure.Dispose();
                End(new ConnectException(ConnectFailure.Interrupted));
                return;
            }
        }

        if (!_isWaitingForRoom)
        {
            _isWaitingForRoom = true;
            _ = DrainWhenRoom();
        }
    }

    private async Task DrainWhenRoom()
    {
        await _channel.BufferedAmountBelow(MaxBuffered / 2, CancellationToken.None);
        lock (_gate)
        {
            _isWaitingForRoom = false;
            Drain();
        }
    }

    private void LookIfQuiet()
    {
        lock (_gate)
        {
            // What still waits to be read is read with keys that a failed sending would erase.
            if (_ended.Task.IsCompleted || _channel.Closed.IsCompleted) return;
            var left = Quiet - _clock.GetElapsedTime(_heardAt);
            if (left <= TimeSpan.Zero)
            {
                left = Quiet;
                Ask();
            }

            _quiet!.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    // One ping is in flight at a time. A Mac may have died between its arrival and its pong: then nothing is, and the
    // path seems whole until there is another one. Needs the gate.
    private void Ask()
    {
        if (_isAsking && _clock.GetElapsedTime(_askedAt) < Quiet * 2) return;
        (_askedAt, _isAsking) = (_clock.GetTimestamp(), true);
        _secure.Ping(ReadOnlyMemory<byte>.Empty);
        Drain();
    }

    private void Watch()
    {
        lock (_gate)
        {
            if (_secure.Deadline < _clock.GetElapsedTime(_startedAt))
            {
                _secure.Close(CloseCode.Idle);
                Drain();
                End(new ConnectException(ConnectFailure.Interrupted));
            }
        }
    }

    private void End(ConnectException reason)
    {
        if (_ended.TrySetResult(reason))
        {
            _channel.Close();
        }
    }
}
