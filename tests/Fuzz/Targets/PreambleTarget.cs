using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Fuzz.Targets;

/// <summary>What a silo says of itself before anything else, as the other end looks at it.</summary>
internal static class PreambleTarget
{
    private const int LengthMax = 1024;

    private static readonly Serializer<ClaimedPreamble> Preambles = new ServiceCollection()
        .AddSerializer(builder => builder
            .AddAssembly(typeof(Orleans.Runtime.SiloAddress).Assembly)
            .AddAssembly(typeof(ClaimedPreamble).Assembly))
        .BuildServiceProvider()
        .GetRequiredService<Serializer<ClaimedPreamble>>();

    public static void Run(ReadOnlySpan<byte> input)
    {
        // A reader of nothing is at its end and may not be asked again.
        if (input.IsEmpty) return;
        var bytes = input.ToArray();
        var pipe = PipeReader.Create(new ReadOnlySequence<byte>(bytes));
        var claimed = PreambleReader.Peek(pipe, Preambles, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        if (!pipe.TryRead(out var rest) || rest.Buffer.Length != bytes.Length)
        {
            throw new InvalidDataException("What the runtime reads next was taken.");
        }

        var length = bytes.Length < sizeof(int) ? 0 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (claimed is not null && (length is < 1 or > LengthMax || length > bytes.Length - sizeof(int)))
        {
            throw new InvalidDataException("A silo was read where no preamble is.");
        }
    }
}
