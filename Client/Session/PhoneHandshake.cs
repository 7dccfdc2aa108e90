using System.Diagnostics.CodeAnalysis;
using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Client.Session;

/// <summary>The phone's half of the handshake (QP/1 section 4), without I/O: one message out, one in.</summary>
internal sealed class PhoneHandshake : IDisposable
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private readonly KeyPair _static;
    private readonly HandshakeState _state;
    private readonly byte[] _payload;

    public PhoneHandshake(PairingRecord record, AttemptKeys keys, byte[] prologue, string name)
    {
        _static = KeyPair.FromPrivateKey(record.PrivateKey);
        _state = new HandshakeState(
            Pattern, initiator: true, prologue, RandomSource.Instance, _static, record.MacPublicKey);
        _state.SetPresharedKey(0, keys.Psk);
        _payload = HandshakePayload.WritePhone(record.DeviceId, keys.Mode == PairingMode.Invited ? name : null);
    }

    /// <summary>The first channel message, 609 bytes.</summary>
    public byte[] Begin()
    {
        var message = new byte[ChannelLimits.HandshakeMessage1];
        message[0] = (byte)ChannelMessageType.Handshake1;
        _state.WriteMessage(_payload, message.AsSpan(1));
        return message;
    }

    /// <summary>Reads the Mac's channel message; false is final.</summary>
    public bool TryFinish(
        ReadOnlySpan<byte> message,
        [NotNullWhen(true)] out TransportState? transport,
        [NotNullWhen(true)] out string? macName)
    {
        transport = null;
        macName = null;
        Span<byte> payload = stackalloc byte[HandshakePayload.Length];
        if (message.Length != ChannelLimits.HandshakeMessage2
            || message[0] != (byte)ChannelMessageType.Handshake2
            || !_state.TryReadMessage(message[1..], payload, out var length)
            || !HandshakePayload.TryReadMac(payload[..length], out macName))
        {
            return false;
        }

        transport = _state.Split();
        return true;
    }

    public void Dispose()
    {
        _state.Dispose();
        _static.Dispose();
    }
}
