using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Requests;

/// <summary>
/// Tokens of each device today (UTC). Those of a device with a limit are also in the key file, so that a restart gives
/// nobody a second day.
/// </summary>
internal sealed class TokenLedger(KeyStore keys, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Day, long Tokens)> _used = [];

    public long Today(string device)
    {
        lock (_lock) return Current(device);
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

            var (day, used) = (Day(), Current(device) + tokens);
            _used[device] = (day, used);
            if (record.Rights is not { TokensPerDay: > 0 }) return;
            keys.Change(device, stored => stored with
            {
                Rights = (stored.Rights ?? DeviceRights.Default) with { UsedDay = day, UsedTokens = used },
            });
        }
    }

    private long Current(string device)
    {
        if (_used.TryGetValue(device, out var used)) return used.Day == Day() ? used.Tokens : 0;
        return keys.Find(device).Record?.Rights is { } rights && rights.UsedDay == Day() ? rights.UsedTokens : 0;
    }

    private long Day() => time.GetUtcNow().ToUnixTimeSeconds() / (long)TimeSpan.FromDays(1).TotalSeconds;
}
