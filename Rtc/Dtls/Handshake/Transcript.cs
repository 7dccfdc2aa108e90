using System.Buffers;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// Every message of the handshake in order, each "as if it had been sent as a single fragment" (RFC 6347,
/// section 4.2.6). HelloVerifyRequest and the ClientHello before it are left out.
/// </summary>
internal sealed class Transcript
{
    private readonly ArrayBufferWriter<byte> _bytes = new(2_048);

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Add(HandshakeType type, ushort sequence, ReadOnlySpan<byte> body)
    {
        var writer = new SpanWriter(_bytes.GetSpan(MessageHeader.Length));
        new MessageHeader(type, body.Length, sequence, 0, body.Length).Write(ref writer);
        _bytes.Advance(MessageHeader.Length);
        _bytes.Write(body);
    }

    public void Clear() => _bytes.Clear();
}
