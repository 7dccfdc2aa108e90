using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>
/// Outgoing SSN Reset Request: the sender starts its streams again from zero (RFC 6525 section 4.1).
/// <code>
/// |     Parameter Type = 13       | Parameter Length = 16 + 2 * N |
/// |           Re-configuration Request Sequence Number            |
/// |           Re-configuration Response Sequence Number           |
/// |                Sender's Last Assigned TSN                     |
/// |  Stream Number 1 (optional)   |    Stream Number 2 (optional) |
/// </code>
/// </summary>
internal readonly ref struct OutgoingResetParameter
{
    public const int HeaderLength = 16;

    public required uint RequestNumber { get; init; }

    public required uint ResponseNumber { get; init; }

    public required Tsn LastAssignedTsn { get; init; }

    /// <summary>Stream numbers as on the wire; none means all.</summary>
    public required ReadOnlySpan<byte> Streams { get; init; }

    public int StreamCount => Streams.Length / 2;

    public int Length => HeaderLength + Streams.Length;

    public StreamId Stream(int index) => new(BinaryPrimitives.ReadUInt16BigEndian(Streams[(index * 2)..]));

    public static bool TryParse(ReadOnlySpan<byte> parameter, out OutgoingResetParameter reset)
    {
        reset = default;
        if (parameter.Length < HeaderLength
            || (parameter.Length - HeaderLength) % 2 != 0
            || BinaryPrimitives.ReadUInt16BigEndian(parameter) != (ushort)ParameterType.OutgoingReset)
        {
            return false;
        }

        reset = new OutgoingResetParameter
        {
            RequestNumber = BinaryPrimitives.ReadUInt32BigEndian(parameter[4..]),
            ResponseNumber = BinaryPrimitives.ReadUInt32BigEndian(parameter[8..]),
            LastAssignedTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(parameter[12..])),
            Streams = parameter[HeaderLength..],
        };
        return true;
    }

    public void Write(Span<byte> parameter)
    {
        ParameterReader.WriteHeader(parameter, ParameterType.OutgoingReset, Length);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[4..], RequestNumber);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[8..], ResponseNumber);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[12..], LastAssignedTsn.Value);
        Streams.CopyTo(parameter[HeaderLength..]);
    }
}
