using System.Buffers.Binary;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Send;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Measures the round trip of an idle association and answers the peer's heartbeats (RFC 9260 section 8.3).
/// Whether the peer is alive is decided by ICE consent, so an unanswered heartbeat has no consequence.
/// </summary>
internal sealed class HeartbeatExchange(AssociationContext context, RoundTripEstimator roundTrip)
{
    private const int InfoLength = ParameterReader.HeaderLength + sizeof(ulong);

    private byte[] _echo = [];
    private int _echoLength;
    private bool _isEchoOwed;
    private bool _isOwed;
    private ulong _nonce;
    private Instant? _sentAt;

    public Instant? Deadline { get; private set; }

    /// <summary>Begins another pause, because data has gone out.</summary>
    public void OnTraffic(Instant now)
    {
        // "HB.interval ... with jittering of +/- 50% of the RTO value".
        var jitter = (context.NextNumber() % 1024 / 1024.0) - 0.5;
        Deadline = now + SctpTimings.HeartbeatInterval + (jitter * roundTrip.Timeout);
    }

    public void HandleTimeout(Instant now)
    {
        if (Deadline is { } deadline && now >= deadline)
        {
            _isOwed = true;
            OnTraffic(now);
        }
    }

    /// <summary>Keeps what the peer wants back.</summary>
    public void HandleHeartbeat(in OpaqueChunk heartbeat)
    {
        if (heartbeat.Length + CommonHeader.Length > context.Options.PacketLengthMax)
        {
            return;
        }

        if (heartbeat.Value.Length > _echo.Length)
        {
            _echo = new byte[Padding.Pad(heartbeat.Value.Length)];
        }

        heartbeat.Value.CopyTo(_echo);
        _echoLength = heartbeat.Value.Length;
        _isEchoOwed = true;
    }

    public void HandleAck(Instant now, in OpaqueChunk ack)
    {
        if (_sentAt is { } sent && ack.Value.Length == InfoLength
            && BinaryPrimitives.ReadUInt64BigEndian(ack.Value[ParameterReader.HeaderLength..]) == _nonce)
        {
            roundTrip.Observe(now, now - sent);
            _sentAt = null;
        }
    }

    public void Write(Instant now, ref PacketWriter writer)
    {
        if (_isEchoOwed)
        {
            var ack = new OpaqueChunk { Type = ChunkType.HeartbeatAck, Value = _echo.AsSpan(0, _echoLength) };
            if (writer.TryReserve(ack.Length, out var chunk))
            {
                ack.Write(chunk);
                _isEchoOwed = false;
            }
        }

        if (_isOwed && writer.TryReserve(ChunkReader.HeaderLength + InfoLength, out var heartbeat))
        {
            _nonce = ((ulong)context.NextNumber() << 32) | context.NextNumber();
            _sentAt = now;
            _isOwed = false;
            ChunkReader.WriteHeader(heartbeat, ChunkType.Heartbeat, 0, heartbeat.Length);
            ParameterReader.WriteHeader(
                heartbeat[ChunkReader.HeaderLength..], ParameterType.HeartbeatInfo, InfoLength);
            BinaryPrimitives.WriteUInt64BigEndian(heartbeat[^sizeof(ulong)..], _nonce);
        }
    }
}
