using QuicPair.Cluster.Placement;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Who is here and what they do, put together from the membership, the front door's memory and what each Mac tells.
/// However many look, each Mac is asked once a second at most, and none while nobody looks. Whoever is frozen has one
/// question to answer at a time, and holds no report longer than three seconds: one for the front door's memory, one
/// for the Macs, one for the devices.
/// </summary>
internal sealed class FleetBoard(
    FleetView view,
    IClusterMembershipService membership,
    ILocalSiloDetails silo,
    OpenQuestions<string, FleetSnapshot> memory,
    OpenQuestions<MacId, MacSnapshot> macs,
    LastSeen lastSeen,
    TimeProvider time)
{
    // Ours: as often as a person wants to see a number change; one that does not answer by then is silent.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private Task<FleetReport>? _looking;
    private long _lookedAt;

    /// <summary>How long a report counts as the present.</summary>
    public static TimeSpan Interval => Fresh;

    /// <summary>The household now, or a moment ago.</summary>
    public Task<FleetReport> Read()
    {
        lock (_lock)
        {
            if (_looking is { IsCompleted: false } running)
            {
                return running;
            }

            if (_looking is not { IsCompletedSuccessfully: true } || time.GetElapsedTime(_lookedAt) >= Fresh)
            {
                _lookedAt = time.GetTimestamp();
                _looking = Look();
            }

            return _looking;
        }
    }

    /// <summary>The next <see cref="Read"/> looks again: something was changed here.</summary>
    public void Forget()
    {
        macs.Forget();
        lock (_lock)
        {
            _looking = null;
        }
    }

    private async Task<FleetReport> Look()
    {
        // The caller may be a grain's scheduler or hold the lock.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var known = await Remembered();
        var all = known.Keys.Union(view.All).Where(mac => !view.IsExpelled(mac))
            .OrderBy(mac => known.GetValueOrDefault(mac)?.FirstSeen ?? time.GetUtcNow())
            .ThenBy(mac => mac.Value, StringComparer.Ordinal);
        var reports = await Task.WhenAll(all.Select(mac => Look(mac, known.GetValueOrDefault(mac))));
        return new FleetReport(time.GetUtcNow().ToUnixTimeSeconds(), reports);
    }

    /// <summary>What the front door remembers of each Mac; nothing when its memory is out of reach.</summary>
    private async Task<Dictionary<MacId, FleetMember>> Remembered()
    {
        try
        {
            var fleet = await memory.Ask(silo.Name).WaitAsync(Patience, time);
            return fleet.Macs.ToDictionary(member => member.Mac);
        }
        catch (Exception)
        {
            // The Macs that came since the start are shown all the same.
            return [];
        }
    }

    private async Task<MacReport> Look(MacId mac, FleetMember? member)
    {
        var address = membership.CurrentSnapshot.FindActive(mac.Value);
        var report = new MacReport
        {
            Mac = mac.Value,
            Name = member?.Name ?? string.Empty,
            State = address is null ? "away" : "silent",
            Address = address?.Endpoint.ToString(),
            FirstSeen = member?.FirstSeen.ToUnixTimeSeconds(),
            LastSeen = address is null ? member?.LastSeen.ToUnixTimeSeconds() : null,
        };
        if (address is null)
        {
            return report;
        }

        try
        {
            var snapshot = await macs.Ask(mac).WaitAsync(Patience, time);
            var devices = await Task.WhenAll(snapshot.Devices.Select(Look));
            return Show(report, snapshot) with { Devices = devices };
        }
        catch (Exception)
        {
            // Whatever became of one Mac, the others are shown.
            return report;
        }
    }

    private static MacReport Show(MacReport report, MacSnapshot mac) => report with
    {
        State = mac.Draining ? "draining" : "here",
        Name = mac.Name,
        Version = mac.Version,
        Runner = mac.Runner,
        RunnerAnswers = !mac.RunnerSilent,
        Models = mac.Models,
        Loaded = mac.Loaded,
        Running = mac.Running,
        Waiting = mac.Waiting,
        TokensPerSecond = mac.TokensPerSecond,
        Connected = mac.Connected,
    };

    private async Task<DeviceReport> Look(PairingSnapshot device)
    {
        var seen = device.Session is null ? await lastSeen.Of(device.Key) : device.LastSeen;
        if (device.Session is not null)
        {
            lastSeen.Forget(device.Key);
        }

        return new DeviceReport(
            device.Key.Device.Value,
            device.Name,
            device.Since?.ToUnixTimeSeconds(),
            seen?.ToUnixTimeSeconds(),
            device.Session is { } session ? Show(session) : null);
    }

    private static SessionReport Show(SessionSnapshot session) => new(
        session.Since.ToUnixTimeSeconds(),
        session.Stage,
        session.Path,
        Math.Round(session.RoundTrip.TotalMilliseconds, 1),
        session.LastAnswer);
}
