using System.Security.Cryptography;
using QuicPair.Noise.Patterns;

namespace QuicPair.Noise.Tests;

/// <summary>
/// Both ends of an IKpsk2 handshake with keys made from a label, so that a run repeats exactly.
/// </summary>
internal sealed class PairOfEnds : IDisposable
{
    public static readonly byte[] Psk = Bytes("psk");
    public static readonly byte[] Prologue = Bytes("prologue");

    private readonly KeyPair _initiatorKeys = KeyPair.FromPrivateKey(Bytes("initiator"));
    private readonly KeyPair _responderKeys = KeyPair.FromPrivateKey(Bytes("responder"));

    public PairOfEnds()
    {
        var pattern = HandshakePattern.Parse("IKpsk2");
        Initiator = new HandshakeState(
            pattern, true, Prologue, Source("initiator ephemeral"), _initiatorKeys, _responderKeys.PublicKey);
        Responder = new HandshakeState(
            pattern, false, Prologue, Source("responder ephemeral"), _responderKeys);
        Initiator.SetPresharedKey(0, Psk);
    }

    public HandshakeState Initiator { get; }

    public HandshakeState Responder { get; }

    public ReadOnlySpan<byte> InitiatorPublic => _initiatorKeys.PublicKey;

    public static byte[] Bytes(string label) => SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(label));

    public static FixedSource Source(string label) => new(Bytes(label));

    public byte[] WriteFirst() => Write(Initiator);

    /// <summary>The responder reads the first message, chooses the key, and answers.</summary>
    public byte[] Answer(byte[] first)
    {
        Assert.True(Responder.TryReadMessage(first, new byte[first.Length], out _));
        Responder.SetPresharedKey(0, Psk);
        return Write(Responder);
    }

    public (TransportState Initiator, TransportState Responder) Finish()
    {
        var second = Answer(WriteFirst());
        Assert.True(Initiator.TryReadMessage(second, new byte[second.Length], out _));
        return (Initiator.Split(), Responder.Split());
    }

    public void Dispose()
    {
        Initiator.Dispose();
        Responder.Dispose();
        _initiatorKeys.Dispose();
        _responderKeys.Dispose();
    }

    private static byte[] Write(HandshakeState state)
    {
        var message = new byte[state.NextOverhead + 5];
        Assert.Equal(message.Length, state.WriteMessage("hello"u8, message));
        return message;
    }
}
