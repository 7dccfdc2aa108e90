using System.Buffers;
using System.Security.Cryptography;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// One established session without I/O (QP/1 section 6): JSON messages in, channel messages out, and back.
/// The driver calls everything under one lock and sends what <see cref="TryTransmit"/> gives before it
/// releases the lock; drain after each <see cref="Send"/>, <see cref="Ping"/>, <see cref="Close"/> and <see
/// cref="Receive"/>.
/// </summary>
public sealed class SecureChannel : IDisposable
{
    // Pongs that may wait: a peer that only pings gets some of them back.
    private const int MaxUrgent = 16;

    private readonly ICipher _cipher;
    private readonly FrameSealer _sealer;
    private readonly FrameOpener _opener;
    private readonly FrameAssembler _assembler;
    private readonly Queue<(FrameKind Kind, ReadOnlyMemory<byte> Content)> _urgent = new();
    private readonly Queue<ReadOnlyMemory<byte>> _messages = new();
    private int _sentOfMessage;
    private CloseCode? _closing;
    private bool _over;
    private bool _deaf;

    /// <summary>Takes over <paramref name="cipher"/>, which is disposed with the channel.</summary>
    public SecureChannel(ICipher cipher, SecureChannelOptions options)
    {
        _cipher = cipher;
        _sealer = new FrameSealer(cipher) { Padding = options.Padding };
        _opener = new FrameOpener(cipher);
        _assembler = new FrameAssembler(options.MaxMessageBytes, options.MaxMessageDuration, options.Budget);
    }

    /// <summary>How long messages are made; may be made stricter at any time.</summary>
    public PaddingPolicy Padding
    {
        get => _sealer.Padding;
        set => _sealer.Padding = value;
    }

    /// <summary>
    /// Whether the other end has proved that it has the keys: one of its frames was opened.
    /// </summary>
    public bool IsConfirmed { get; private set; }

    /// <summary>Whether nothing more goes in or out.</summary>
    public bool IsOver => _over;

    /// <summary>
    /// When an unfinished message must be complete, on the clock of <c>now</c>; close with Idle past it.
    /// </summary>
    public TimeSpan? Deadline => _over ? null : _assembler.Deadline;

    /// <summary>
    /// Whether the session carried all the frames it may: close with <see cref="CloseCode.Renew"/>.
    /// </summary>
    public bool MustRenew => _sealer.MustRenew;

    /// <summary>Bytes of JSON that wait to be sealed.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>Queues one JSON message; the memory must stay unchanged until it is transmitted.</summary>
    public void Send(ReadOnlyMemory<byte> json)
    {
        if (!_over && _closing is null && !json.IsEmpty)
        {
            _messages.Enqueue(json);
            QueuedBytes += json.Length;
        }
    }

    /// <summary>Queues a ping of at most 64 bytes, ahead of messages.</summary>
    public void Ping(ReadOnlyMemory<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, Frame.MaxPing, nameof(content));
        _urgent.Enqueue((FrameKind.Ping, content));
    }

    /// <summary>
    /// Queues a close frame behind everything queued before; nothing may be queued after it.
    /// </summary>
    public void Close(CloseCode code) => _closing ??= code;

    /// <summary>
    /// The next channel message, encrypted; false when there is nothing to send. A destination of 16 384
    /// bytes always suffices. The session is over once the close frame went out.
    /// </summary>
    public bool TryTransmit(Span<byte> channelMessage, out int length)
    {
        length = 0;
        if (_over)
        {
            return false;
        }

        if (_sealer.MustRenew)
        {
            length = Finish(CloseCode.Renew, channelMessage);
        }
        else if (_urgent.TryDequeue(out var urgent))
        {
            length = _sealer.Seal(urgent.Kind, isLast: true, urgent.Content.Span, channelMessage);
        }
        else if (_messages.TryPeek(out var message))
        {
            length = SealPart(message.Span, channelMessage);
        }
        else if (_closing is { } code)
        {
            length = Finish(code, channelMessage);
        }

        return length > 0;
    }

    /// <summary>
    /// Takes a received binary channel message; <paramref name="now"/> is any monotonic clock.
    /// </summary>
    public ChannelInput Receive(TimeSpan now, ReadOnlySpan<byte> channelMessage)
    {
        if (_over || _deaf)
        {
            return default;
        }

        var plaintext = ArrayPool<byte>.Shared.Rent(ChannelLimits.MaxChannelMessage);
        try
        {
            if (!_opener.TryOpen(channelMessage, plaintext, out var frame))
            {
                return Fail(CloseCode.Protocol);
            }

            IsConfirmed = true;
            return Take(now, frame);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext.AsSpan(0, Math.Min(channelMessage.Length, plaintext.Length)));
            ArrayPool<byte>.Shared.Return(plaintext);
        }
    }

    /// <summary>Erases the keys; nothing goes in or out any more.</summary>
    public void Dispose()
    {
        _over = true;
        _assembler.Reset();
        _messages.Clear();
        _urgent.Clear();
        QueuedBytes = 0;
        _cipher.Dispose();
    }

    private ChannelInput Take(TimeSpan now, in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Part:
                return TakePart(now, frame);
            case FrameKind.Ping when _urgent.Count < MaxUrgent:
                _urgent.Enqueue((FrameKind.Pong, frame.Content.ToArray()));
                return default;
            case FrameKind.Pong:
                return new ChannelInput(ChannelInputKind.Pong, frame.Content.ToArray());
            case FrameKind.Close:
                var code = (CloseCode)frame.Content[0];
                Dispose();
                return new ChannelInput(ChannelInputKind.Closed, default, code);
            default:
                return default;
        }
    }

    private ChannelInput TakePart(TimeSpan now, in Frame part)
    {
        _deaf = !_assembler.TryAdd(now, part, out var message);
        return _deaf ? new ChannelInput(ChannelInputKind.TooLarge)
            : message is null ? default
            : new ChannelInput(ChannelInputKind.Message, message);
    }

    private ChannelInput Fail(CloseCode cause)
    {
        Dispose();
        return new ChannelInput(ChannelInputKind.Fatal, default, cause);
    }

    private int SealPart(ReadOnlySpan<byte> message, Span<byte> channelMessage)
    {
        var part = message[_sentOfMessage..];
        var isLast = part.Length <= ChannelLimits.MaxContent;
        part = isLast ? part : part[..ChannelLimits.MaxContent];
        QueuedBytes -= part.Length;
        _sentOfMessage = isLast ? 0 : _sentOfMessage + part.Length;
        if (isLast)
        {
            _messages.Dequeue();
        }

        return _sealer.Seal(FrameKind.Part, isLast, part, channelMessage);
    }

    private int Finish(CloseCode code, Span<byte> channelMessage)
    {
        var length = _sealer.Seal(FrameKind.Close, isLast: true, [(byte)code], channelMessage);
        Dispose();
        return length;
    }
}
