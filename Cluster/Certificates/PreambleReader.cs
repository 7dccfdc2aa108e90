using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Orleans.Serialization;

namespace QuicPair.Cluster.Certificates;

/// <summary>Looks at a peer's preamble without taking it from the runtime, which reads it next.</summary>
internal static class PreambleReader
{
    // Orleans: an int32 in little endian, then at most this much.
    private const int LengthSize = sizeof(int);
    private const int MaxLength = 1024;

    /// <summary>The silo that the peer says it is; null when it says none.</summary>
    public static async ValueTask<SiloAddress?> Peek(
        PipeReader input, Serializer<ClaimedPreamble> serializer, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            var buffer = read.Buffer;
            if (TryFrame(buffer, out var frame))
            {
                var claimed = frame.IsEmpty ? null : Parse(frame, serializer);
                input.AdvanceTo(buffer.Start);
                return claimed;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>Whether there is enough to decide; an empty frame is one that no silo sends.</summary>
    private static bool TryFrame(ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (buffer.Length < LengthSize)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[LengthSize];
        buffer.Slice(0, LengthSize).CopyTo(prefix);
        var length = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        if (length is <= 0 or > MaxLength)
        {
            return true;
        }

        if (buffer.Length < LengthSize + length)
        {
            return false;
        }

        frame = buffer.Slice(LengthSize, length);
        return true;
    }

    private static SiloAddress? Parse(ReadOnlySequence<byte> frame, Serializer<ClaimedPreamble> serializer)
    {
        try
        {
            return serializer.Deserialize(frame.ToArray())?.SiloAddress;
        }
#pragma warning disable CA1031 // Whatever a parser says of a peer's bytes, they are no preamble.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}
