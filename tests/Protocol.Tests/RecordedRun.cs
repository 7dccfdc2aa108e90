using System.Text;
using System.Text.Json;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Tests;

/// <summary>Both ends of a recorded handshake, with its keys.</summary>
internal sealed class RecordedRun : IDisposable
{
    private readonly JsonElement _run;
    private readonly KeyPair _phoneKeys;
    private readonly KeyPair _macKeys;
    private readonly HandshakeState _phone;
    private readonly HandshakeState _mac;
    private byte[] _first = [];

    public RecordedRun(JsonElement run)
    {
        _run = run;
        _phoneKeys = KeyPair.FromPrivateKey(run.Hex("phoneStaticPrivate"));
        _macKeys = KeyPair.FromPrivateKey(run.Hex("macStaticPrivate"));
        var pattern = HandshakePattern.Parse("IKpsk2");
        var prologue = run.Hex("prologue");
        _phone = new HandshakeState(
            pattern, true, prologue, Source("phoneEphemeralPrivate"), _phoneKeys, _macKeys.PublicKey);
        _mac = new HandshakeState(pattern, false, prologue, Source("macEphemeralPrivate"), _macKeys);
    }

    public byte[] WriteFirst() => _first = Write(_phone, "payload1");

    public byte[] WriteSecond()
    {
        var payload = new byte[HandshakePayload.Length];
        Assert.True(_mac.TryReadMessage(_first, payload, out _));
        Assert.Equal(_phoneKeys.PublicKey, _mac.RemoteStatic);
        _mac.SetPresharedKey(0, _run.Hex("psk"));
        return Write(_mac, "payload2");
    }

    public (TransportState Phone, TransportState Mac) Split()
    {
        _phone.SetPresharedKey(0, _run.Hex("psk"));
        Assert.True(
            _phone.TryReadMessage(_run.Hex("message2"), new byte[HandshakePayload.Length], out var length));
        Assert.Equal(HandshakePayload.Length, length);
        return (_phone.Split(), _mac.Split());
    }

    public void Dispose()
    {
        _phone.Dispose();
        _mac.Dispose();
        _phoneKeys.Dispose();
        _macKeys.Dispose();
    }

    private FixedSource Source(string name) => new(_run.Hex(name));

    private byte[] Write(HandshakeState state, string name)
    {
        var payload = new byte[HandshakePayload.Length];
        Encoding.UTF8.GetBytes(_run.Text(name), payload);
        var message = new byte[state.NextOverhead + payload.Length];
        Assert.Equal(message.Length, state.WriteMessage(payload, message));
        return message;
    }
}
