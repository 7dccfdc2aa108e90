namespace QuicPair.EndToEnd.BadInput;

/// <summary>The sockets of a process that wait for others: every UDP one, and those of TCP that listen.</summary>
internal static class OpenPorts
{
    private const string Prefix = "socket:[";
    private const string Listening = "0A";

    // Columns of /proc/net/udp and /proc/net/tcp, proc(5).
    private const int LocalAddress = 1;
    private const int State = 3;
    private const int Inode = 9;

    /// <summary>Their local addresses; none where there is no <c>/proc</c> that tells.</summary>
    public static IReadOnlyList<string> Of(int process)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var own = Directory.GetFileSystemEntries($"/proc/{process}/fd")
            .Select(path => new FileInfo(path).LinkTarget ?? "")
            .Where(target => target.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(target => target[Prefix.Length..^1])
            .ToHashSet();
        string[] tables = ["udp", "udp6", "tcp", "tcp6"];
        return
        [
            .. from table in tables
               let path = $"/proc/{process}/net/{table}"
               where File.Exists(path)
               from line in File.ReadAllLines(path).Skip(1)
               let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
               where own.Contains(fields[Inode])
                   && (table.StartsWith("udp", StringComparison.Ordinal) || fields[State] == Listening)
               orderby table, fields[LocalAddress]
               select $"{table} {fields[LocalAddress]}",
        ];
    }
}
