using System.Globalization;
using System.Text;
using QuicPair.Interop.Peers;

namespace QuicPair.EndToEnd;

/// <summary>
/// Looks for strings and bytes in everything that a live process can read and write (<c>/proc/PID/mem</c>).
/// </summary>
internal static class MemoryScan
{
    private const int Window = 1 << 20;

    /// <summary>
    /// Which of the needles stand in the process's memory: texts as UTF-8 or as UTF-16, bytes as they are.
    /// </summary>
    public static IReadOnlySet<string> Find(
        int process, IReadOnlyCollection<string> texts, IReadOnlyCollection<byte[]> bytes)
    {
        if (!OperatingSystem.IsLinux()) Lane.Unavailable("Another process's memory is read through Linux's /proc.");
        var patterns = texts
            .SelectMany(text => new[] { Encoding.UTF8, Encoding.Unicode }
                .Select(code => (Needle: text, Bytes: code.GetBytes(text))))
            .Concat(bytes.Select(raw => (Needle: NameOf(raw), Bytes: raw)))
            .ToList();
        var overlap = patterns.Max(pattern => pattern.Bytes.Length);
        var found = new HashSet<string>();
        using var memory = new FileStream(
            $"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
        foreach (var (start, end) in Writable(process))
        {
            foreach (var window in Windows(memory, start, end, overlap))
            {
                foreach (var (needle, pattern) in patterns)
                {
                    if (!found.Contains(needle) && window.Span.IndexOf(pattern) >= 0)
                    {
                        found.Add(needle);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>What a needle of bytes is called when it is found.</summary>
    public static string NameOf(byte[] bytes) => $"bytes {Convert.ToHexString(bytes)}";

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

            // Much of a heap was never written.
            if (buffer.AsSpan(0, read).ContainsAnyExcept((byte)0))
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
