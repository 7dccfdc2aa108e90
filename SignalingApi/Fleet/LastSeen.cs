using System.Collections.Concurrent;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// When devices that are not connected had their last session. The pairing's grain knows; it is asked once a minute at
/// most, so that many devices that sleep cost little.
/// </summary>
internal sealed class LastSeen(IGrainFactory grains, TimeProvider time)
{
    // Ours: a page shows no more, and the grains of so many may wake.
    private const int MaxDevices = 1_000;

    // Ours: a device may have come and gone between two looks; one that does not answer is passed over.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<PairingKey, Question> _asked = new();

    /// <summary>When the device was seen last; null when nobody knows, or says so in time.</summary>
    public async Task<DateTimeOffset?> Of(PairingKey device)
    {
        if (!_asked.ContainsKey(device) && !HasRoom())
        {
            return null;
        }

        var question = _asked.AddOrUpdate(device, Ask, (key, old) => IsOver(old) ? Ask(key) : old);
        var left = Patience - time.GetElapsedTime(question.AskedAt);
        left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        try
        {
            return (await question.Reply.Value.WaitAsync(left, time)).LastSeen;
        }
        catch (TimeoutException) when (!question.Reply.Value.IsCompleted)
        {
            // Whoever looks next may find the answer.
            return null;
        }
        catch (Exception)
        {
            // Whatever became of one device's record, the others are shown.
            _asked.TryRemove(KeyValuePair.Create(device, question));
            return null;
        }
    }

    /// <summary>The device is connected: what is known of its last absence is over.</summary>
    public void Forget(PairingKey device) => _asked.TryRemove(device, out _);

    private Question Ask(PairingKey device) => new(
        time.GetTimestamp(), new Lazy<Task<PairingSnapshot>>(() => grains.Pairing(device).GetState()));

    private bool IsOver(Question question) => time.GetElapsedTime(question.AskedAt) >= Fresh;

    private bool HasRoom()
    {
        if (_asked.Count < MaxDevices)
        {
            return true;
        }

        foreach (var asked in _asked)
        {
            if (IsOver(asked.Value))
            {
                _asked.TryRemove(asked);
            }
        }

        return _asked.Count < MaxDevices;
    }

    private sealed record Question(long AskedAt, Lazy<Task<PairingSnapshot>> Reply);
}
