using System.Security.Cryptography;
using QuicPair.Client.Session;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

/// <summary>The Mac's end of one connection: answers the handshake, completes the pairing, echoes prompts.</summary>
internal sealed class TestMacPhone : IDisposable
{
    private readonly TestMac _mac;
    private readonly PeerConnection _peer;
    private readonly AttemptKeys _keys;
    private readonly byte[] _offerNonce;
    private readonly byte[] _answerNonce;
    private readonly byte[] _buffer = new byte[ChannelLimits.MaxChannelMessage];
    private DataChannel? _channel;
    private SecureChannel? _secure;
    private byte[] _hash = [];
    private (byte[] Psk, byte[] OfferKey)? _derived;

    public TestMacPhone(TestMac mac, PeerConnection peer, AttemptKeys keys, byte[] offerNonce, byte[] answerNonce)
    {
        (_mac, _peer, _keys, _offerNonce, _answerNonce) = (mac, peer, keys, offerNonce, answerNonce);
        _ = Serve();
    }

    /// <summary>What the phone said in message 1.</summary>
    public PhonePayload? Payload { get; private set; }

    /// <summary>The messages that arrived.</summary>
    public List<Message> Received { get; } = [];

    /// <summary>The lengths of the channel messages that arrived behind the handshake.</summary>
    public List<int> Lengths { get; } = [];

    /// <summary>
    /// Called with the length of each channel message in place of reading it: a Mac that has died above its transport.
    /// </summary>
    public Action<int>? OnUnread { get; set; }

    /// <summary>How the phone closed the session.</summary>
    public TaskCompletionSource<CloseCode> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Send(Message message) => Send(MessageWriter.Write(message));

    public void Send(byte[] json)
    {
        _secure!.Send(json);
        Drain();
    }

    public void Close(CloseCode code)
    {
        _secure!.Close(code);
        Drain();
    }

    /// <summary>Goes away without a word of Noise.</summary>
    public void Vanish() => _peer.Close();

    public void Dispose() => _secure?.Dispose();

    private async Task Serve()
    {
        _channel = await _peer.AcceptChannel(CancellationToken.None);
        _channel.OnMessage = (message, _) => Take(message.Span);
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        if (_secure is null && _mac.VanishesAtHandshake)
        {
            Vanish();
            return;
        }

        if (_secure is null && _mac.RefusesHandshake)
        {
            _channel!.TrySend([(byte)ChannelMessageType.Alert, 1]);
            return;
        }

        if (_secure is null)
        {
            Greet(message);
            return;
        }

        Lengths.Add(message.Length);
        if (OnUnread is { } leave)
        {
            leave(message.Length);
            return;
        }

        var input = _secure.Receive(TimeSpan.Zero, message);
        Drain();
        if (input.Kind == ChannelInputKind.Closed) Closed.TrySetResult(input.Code);
        if (input.Kind == ChannelInputKind.Message)
        {
            Assert.True(MessageReader.TryRead(input.Content.Span, out var received, out _));
            Received.Add(received);
            Answer(received);
        }
    }

    private void Greet(ReadOnlySpan<byte> first)
    {
        var prologue = Prologue.Write(
            _keys.Mode,
            _peer.RemoteCertificate.Span,
            _peer.LocalCertificate.Span,
            _offerNonce,
            _answerNonce,
            [1],
            1);
        using var state = new HandshakeState(
            HandshakePattern.Parse("IKpsk2"), false, prologue, RandomSource.Instance, _mac.Static);
        var payload = new byte[HandshakePayload.Length];
        Assert.Equal(ChannelLimits.HandshakeMessage1, first.Length);
        Assert.True(state.TryReadMessage(first[1..], payload, out _));
        Assert.True(HandshakePayload.TryReadPhone(payload, out var phone));
        Payload = phone;
        state.SetPresharedKey(0, _keys.Psk);
        var reply = new byte[ChannelLimits.HandshakeMessage2];
        reply[0] = (byte)ChannelMessageType.Handshake2;
        state.WriteMessage(HandshakePayload.WriteMac("Test Mac"), reply.AsSpan(1));
        var transport = state.Split();
        _hash = transport.HandshakeHash.ToArray();
        _secure = new SecureChannel(new NoiseCipher(transport), new SecureChannelOptions());
        _channel!.TrySend(reply);
        if (_keys.Mode == PairingMode.Invited)
        {
            if (_mac.OnInvited is { } act) act(this);
            else OfferLastingKeys();
        }
    }

    private void OfferLastingKeys()
    {
        var k = RandomNumberGenerator.GetBytes(32);
        var root = KeySchedule.Root(_mac.Secret, k, _hash);
        _derived = (KeySchedule.LastingPsk(root), KeySchedule.LastingOfferKey(root));
        _mac.Lasting = _derived;
        Send(new PairedMessage { K = k });
        if (_mac.DiesAfterPaired)
        {
            Vanish();
        }
    }

    private void Answer(Message message)
    {
        switch (message)
        {
            case PairedAckMessage:
                (_mac.IsPaired, _mac.IsInvitationOpen) = (true, false);
                Send(new PairedDoneMessage());
                break;
            case ChatMessage chat when _mac.OnChat is { } answer:
                answer(this, chat);
                break;
            case ChatMessage chat:
                Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = chat.Prompt ?? chat.Turns![^1].Content });
                Send(new DoneMessage
                {
                    Id = chat.Id,
                    Seq = 2,
                    Reason = DoneReason.Stop,
                    Statistics = _mac.Statistics,
                });
                break;
            case CancelMessage cancel when _mac.OnCancel is { } stop:
                stop(this, cancel);
                break;
            case CancelMessage cancel:
                Send(new ErrorMessage { Id = cancel.Id, Seq = 9, Code = ErrorCode.Cancelled });
                break;
            case ResumeMessage resume when _mac.OnResume is { } goOn:
                goOn(this, resume);
                break;
            case ResumeMessage resume:
                Send(new DeltaMessage { Id = resume.Id, Seq = resume.After + 1, Content = " resumed" });
                Send(new DoneMessage { Id = resume.Id, Seq = resume.After + 2, Reason = DoneReason.Stop });
                break;
            case ModelsRequest when _mac.OnModels is { } list:
                list(this);
                break;
            case ModelsRequest:
                Send(new ModelsReply { Models = _mac.Models });
                break;
            case MacsRequest macs when _mac.OnRequest is null:
                Send(new ErrorMessage { Id = macs.Id, For = macs.Op, Code = ErrorCode.UnknownOp });
                break;
            case PingMessage ping:
                Send(new PongMessage { Id = ping.Id });
                break;
            case { Id: not null } request:
                _mac.OnRequest?.Invoke(this, request);
                break;
            default:
                break;
        }
    }

    private void Drain()
    {
        while (_secure!.TryTransmit(_buffer, out var length))
        {
            _channel!.TrySend(_buffer.AsSpan(0, length));
        }
    }
}
