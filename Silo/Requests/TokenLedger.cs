using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Requests;

/// <summary>
/// Tokens of each device today (UTC). Those of a device with a limit are also in the key file, so that a restart gives
/// nobody a second day.
/// </summary>
internal sealed class TokenLedger(KeyStore keys, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Day, long Tokens)> _used = [];
    private readonly Dictionary<string, long> _held = [];

    public long Today(string device)
    {
        lock (_lock) return Current(device);
    }

    /// <summary>What is left of a limit, what is set aside included.</summary>
    public long Left(string device, long limit)
    {
        lock (_lock) return Math.Max(0, limit - Current(device));
    }

    /// <summary>What is set aside.</summary>
    public long Held(string device)
    {
        lock (_lock) return _held.GetValueOrDefault(device);
    }

    /// <summary>Sets tokens aside until they are counted; false when so many are not left of the limit.</summary>
    public bool TryHold(string device, long tokens, long limit)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(device);
            if (limit - Current(device) - held < tokens) return false;
            _held[device] = held + tokens;
            return true;
        }
    }

    /// <summary>What was set aside is counted, or was not taken.</summary>
    public void Release(string device, long tokens)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(device) - tokens;
            if (held > 0) _held[device] = held;
            else _held.Remove(device);
        }
    }

    public void Add(string device, long tokens)
    {
        lock (_lock)
        {
            if (keys.Find(device).Record is not { } record)
            {
                _used.Remove(device);
                return;
            }

            var (day, used) = (Day(), RunnerStatistics.Count(Current(device) + tokens));
            _used[device] = (day, used);
            if (record.Rights is { TokensPerDay: > 0 }) Store(device, day, used);
        }
    }

    private void Store(string device, long day, long used)
    {
        try
        {
            keys.Change(device, stored => stored with
            {
                Rights = (stored.Rights ?? DeviceRights.Default) with { UsedDay = day, UsedTokens = used },
            });
        }
        catch (KeysNotWrittenException)
        {
            // An answer that was given is not taken back: the count holds in memory and is written with the next.
        }
    }

    private long Current(string device)
    {
        if (_used.TryGetValue(device, out var used)) return used.Day == Day() ? used.Tokens : 0;
        return keys.Find(device).Record?.Rights is { } rights && rights.UsedDay == Day() ? rights.UsedTokens : 0;
    }

    private long Day() => TokenDay.Of(time.GetUtcNow());
}
