using System.Buffers;
using System.Text.Json;

namespace QuicPair.Silo.Audit;

/// <summary>
/// A line of JSON for each thing that an owner may want to know later, in <c>audit.log</c> of the data folder: time,
/// what, which device, why. No name, no key, no content. The file and the one before it have a megabyte each, and
/// strangers fill only so many lines a minute. What was done is written before its caller goes on; whoever is turned
/// away waits for no disk.
/// </summary>
internal sealed partial class AuditLog(string path, TimeProvider time, ILogger<AuditLog> log)
{
    /// <summary>How long the file grows before it becomes <c>audit.log.1</c>, bytes.</summary>
    public const long MaxLength = 1 << 20;

    /// <summary>How many refusals are written in a minute; the others are counted in the next line.</summary>
    public const int RefusalsPerMinute = 60;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Nobody holds it while the disk is written.
    private readonly Lock _lock = new();

    // Of whoever writes; taken before the other one.
    private readonly Lock _writing = new();
    private readonly Queue<ReadOnlyMemory<byte>> _lines = new();
    private bool _isFlushing;
    private long _minute;
    private int _refusals;
    private long _unwritten;
    private bool _isBroken;

    /// <summary>Writes an event.</summary>
    public void Write(AuditEvent what, string? device = null)
    {
        AuditMeter.Count(what, reason: null);
        lock (_lock) _lines.Enqueue(Line(what, device, null, 0));
        Flush();
    }

    /// <summary>Writes that somebody was turned away.</summary>
    /// <param name="device">The device, or the Mac, that was named; null when none was.</param>
    /// <param name="reason">Why, in a word of a closed list.</param>
    public void Refused(string? device, string reason)
    {
        AuditMeter.Count(AuditEvent.Refused, reason);
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute) (_minute, _refusals) = (minute, 0);
            if (++_refusals > RefusalsPerMinute || _lines.Count >= RefusalsPerMinute)
            {
                _unwritten++;
                return;
            }

            _lines.Enqueue(Line(AuditEvent.Refused, device, reason, _unwritten));
            _unwritten = 0;
            if (_isFlushing) return;
            _isFlushing = true;
        }

        _ = Task.Run(Flush);
    }

    /// <summary>Writes what still waits for the disk.</summary>
    public void Flush()
    {
        lock (_writing)
        {
            while (TryTake(out var line)) Append(line);
        }
    }

    private bool TryTake(out ReadOnlyMemory<byte> line)
    {
        lock (_lock)
        {
            if (_lines.TryDequeue(out line)) return true;
            _isFlushing = false;
            return false;
        }
    }

    private ReadOnlyMemory<byte> Line(AuditEvent what, string? device, string? reason, long unwritten)
    {
        var line = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("time", time.GetUtcNow().UtcDateTime);
            json.WriteString("event", JsonNamingPolicy.SnakeCaseLower.ConvertName(what.ToString()));
            if (device is not null) json.WriteString("device", device);
            if (reason is not null) json.WriteString("reason", reason);
            if (unwritten > 0) json.WriteNumber("unwritten", unwritten);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenMemory;
    }

    private void Append(ReadOnlyMemory<byte> line)
    {
        try
        {
            Append(line.Span);
            _isBroken = false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException
            or NotSupportedException)
        {
            if (!_isBroken) CannotWrite(path);
            _isBroken = true;
        }
    }

    private void Append(ReadOnlySpan<byte> line)
    {
        using (var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(line);
            if (file.Position < MaxLength) return;
        }

        File.Move(path, path + ".1", overwrite: true);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The audit log {Path} cannot be written.")]
    private partial void CannotWrite(string path);
}
