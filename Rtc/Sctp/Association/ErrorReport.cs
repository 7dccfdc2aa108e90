using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>Reports chunks of unknown type (RFC 9260 sections 3.2 and 3.3.10.6), one at a time.</summary>
internal sealed class ErrorReport
{
    private const int ReportedMax = 64;

    private readonly byte[] _chunk = new byte[ReportedMax];
    private int _length;

    /// <summary>
    /// Does as the type's high bits say: bit 7 clear "stop processing this SCTP packet", bit 6 set "report
    /// the unrecognized chunk in an ERROR chunk". Returns whether to go on with the packet.
    /// </summary>
    public bool OnUnknownChunk(byte type, ReadOnlySpan<byte> chunk)
    {
        if ((type & 0x40) != 0)
        {
            _length = Math.Min(chunk.Length, ReportedMax);
            chunk[.._length].CopyTo(_chunk);
        }

        return (type & 0x80) != 0;
    }

    public void Write(ref PacketWriter writer)
    {
        if (_length == 0)
        {
            return;
        }

        Span<byte> cause = stackalloc byte[ParameterReader.HeaderLength + ReportedMax];
        ParameterReader.WriteHeader(
            cause, (ParameterType)ErrorCause.UnrecognizedChunkType, ParameterReader.HeaderLength + _length);
        _chunk.AsSpan(0, _length).CopyTo(cause[ParameterReader.HeaderLength..]);
        var error = new OpaqueChunk
        {
            Type = ChunkType.Error,
            Value = cause[..(ParameterReader.HeaderLength + _length)],
        };
        if (writer.TryReserve(error.Length, out var chunk))
        {
            error.Write(chunk);
            _length = 0;
        }
    }
}
