using System.Globalization;
using System.Text;

namespace QuicPair.EndToEnd;

/// <summary>
/// Looks for strings in everything that a live process can read and write (<c>/proc/PID/mem</c>).
/// </summary>
internal static class MemoryScan
{
    private const int Window = 1 << 20;

    /// <summary>Which of the needles stand in the process's memory, as UTF-8 or as UTF-16.</summary>
    public static IReadOnlySet<string> Find(int process, params IReadOnlyCollection<string> needles)
    {
        var patterns = needles
            .SelectMany(needle => new[] { Encoding.UTF8, Encoding.Unicode }
                .Select(code => (needle, code.GetBytes(needle))))
            .ToList();
        var overlap = patterns.Max(pattern => pattern.Item2.Length);
        var found = new HashSet<string>();
        using var memory = new FileStream(
            $"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        foreach (var (start, end) in Writable(process))
        {
            foreach (var window in Windows(memory, start, end, overlap))
            {
                foreach (var (needle, bytes) in patterns)
                {
                    if (!found.Contains(needle) && window.Span.IndexOf(bytes) >= 0)
                    {
                        found.Add(needle);
                    }
                }
            }
        }

        return found;
    }

    private static IEnumerable<(long Start, long End)> Writable(int process)
    {
        foreach (var line in File.ReadLines($"/proc/{process}/maps"))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields[1].StartsWith("rw", StringComparison.Ordinal) && fields is not [.., "[vvar]" or "[vsyscall]"])
            {
                var range = fields[0].Split('-');
                yield return (Hex(range[0]), Hex(range[1]));
            }
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Windows(FileStream memory, long start, long end, int overlap)
    {
        var buffer = new byte[Window + overlap];
        for (var at = start; at < end; at += Window)
        {
            var wanted = (int)Math.Min(buffer.Length, end - at);
            var read = Read(memory, at, buffer.AsSpan(0, wanted));
            if (read > 0)
            {
                yield return buffer.AsMemory(0, read);
            }
        }
    }

    private static int Read(FileStream memory, long at, Span<byte> destination)
    {
        try
        {
            return RandomAccess.Read(memory.SafeFileHandle, destination, at);
        }
        catch (IOException)
        {
            return 0; // a mapping without pages behind it
        }
    }

    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
