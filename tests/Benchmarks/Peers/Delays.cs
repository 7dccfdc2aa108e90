using System.Buffers.Binary;
using System.Diagnostics;

namespace QuicPair.Benchmarks.Peers;

/// <summary>
/// How long messages took from the call that sent them to the handler that takes them. Both processes read one clock of
/// one machine, that of <see cref="Stopwatch"/>; a message begins with its time.
/// </summary>
/// <param name="expected">How many may come.</param>
internal sealed class Delays(int expected)
{
    /// <summary>Bytes of a message.</summary>
    public const int MessageLength = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = new(expected);
    private readonly RisingCount _count = new();

    /// <summary>Messages that came.</summary>
    public int Count => _count.Value;

    /// <summary>Writes the time of this moment into a message.</summary>
    public static void Stamp(Span<byte> message) =>
        BinaryPrimitives.WriteInt64LittleEndian(message, Stopwatch.GetTimestamp());

    /// <summary>A message has come.</summary>
    public void Add(ReadOnlySpan<byte> message)
    {
        var delay = Stopwatch.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(message)).TotalMilliseconds;
        lock (_gate) _milliseconds.Add(delay);
        _count.Rise();
    }

    /// <summary>Waits until so many have come, or no longer believes that they will.</summary>
    public async Task Reach(int messages)
    {
        try
        {
            await _count.Reaches(messages).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            // Lost, and counted as such.
        }
    }

    /// <summary>p50, p99 and the longest; zeros when nothing came.</summary>
    public double[] Percentiles()
    {
        lock (_gate)
        {
            _milliseconds.Sort();
            return [At(0.5), At(0.99), At(1)];
        }
    }

    private double At(double share) => _milliseconds.Count == 0
        ? 0
        : _milliseconds[Math.Min(_milliseconds.Count - 1, (int)(_milliseconds.Count * share))];
}
