using System.Buffers.Binary;

namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>
/// Answers a re-configuration request (RFC 6525 section 4.4); the optional TSN fields are never sent.
/// <code>
/// |     Parameter Type = 16       |      Parameter Length         |
/// |         Re-configuration Response Sequence Number             |
/// |                            Result                             |
/// </code>
/// </summary>
/// <param name="ResponseNumber">The sequence number of the request.</param>
/// <param name="Result">What became of it.</param>
internal readonly record struct ReconfigResponseParameter(uint ResponseNumber, ReconfigResult Result)
{
    public const int Length = 12;

    public static bool TryParse(ReadOnlySpan<byte> parameter, out ReconfigResponseParameter response)
    {
        response = default;
        if (parameter.Length < Length
            || BinaryPrimitives.ReadUInt16BigEndian(parameter) != (ushort)ParameterType.ReconfigResponse)
        {
            return false;
        }

        response = new ReconfigResponseParameter(
            BinaryPrimitives.ReadUInt32BigEndian(parameter[4..]),
            (ReconfigResult)BinaryPrimitives.ReadUInt32BigEndian(parameter[8..]));
        return true;
    }

    public void Write(Span<byte> parameter)
    {
        ParameterReader.WriteHeader(parameter, ParameterType.ReconfigResponse, Length);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[4..], ResponseNumber);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[8..], (uint)Result);
    }
}
