using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// The packet that ends an association: ABORT or SHUTDOWN COMPLETE (RFC 9260 sections 3.3.7, 3.3.13).
/// </summary>
/// <param name="PeerTag">The verification tag it carries.</param>
/// <param name="Type">Which of the two.</param>
/// <param name="Cause">The cause of an ABORT.</param>
internal sealed record LastWord(uint PeerTag, ChunkType Type, ErrorCause Cause)
{
    public static LastWord Abort(uint peerTag, ErrorCause cause) => new(peerTag, ChunkType.Abort, cause);

    public static LastWord ShutdownComplete(uint peerTag) =>
        new(peerTag, ChunkType.ShutdownComplete, default);

    public void Write(ref PacketWriter writer)
    {
        if (Type == ChunkType.ShutdownComplete)
        {
            writer.TryWriteEmpty(ChunkType.ShutdownComplete);
            return;
        }

        Span<byte> cause = stackalloc byte[ParameterReader.HeaderLength];
        ParameterReader.WriteHeader(cause, (ParameterType)Cause, cause.Length);
        var abort = new OpaqueChunk { Type = ChunkType.Abort, Value = cause };
        if (writer.TryReserve(abort.Length, out var chunk))
        {
            abort.Write(chunk);
        }
    }
}
