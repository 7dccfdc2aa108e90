using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Protocol.Messages;

namespace QuicPair.Benchmarks.Path;

/// <summary>Many phones of one Mac, each a device with its own port, certificate, keys and pairings file.</summary>
/// <param name="silo">Their Mac, whose folder has their pairings files, too.</param>
/// <param name="told">Hears of progress.</param>
internal sealed class PhoneCrowd(SiloProcess silo, Action<string> told) : IAsyncDisposable
{
    /// <summary>
    /// Connections under way at the same time: a Mac has at most so many that are not live yet, and turns the next one
    /// away (docs/protocol.md, 4).
    /// </summary>
    public const int AtOnce = 8;

    private const int Attempts = 5;
    private const int Step = 100;

    // A phone that comes back has no connection to the front door either; and those that a thousand phones keep for
    // their next request would meet its limit of 1,024.
    private readonly SocketsHttpHandler _http = new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    };

    private readonly List<Device> _devices = [];
    private int _connected;
    private int _secondAttempts;

    /// <summary>Attempts to connect that failed for a reason that passes, and were made again.</summary>
    public int SecondAttempts => Volatile.Read(ref _secondAttempts);

    /// <summary>Sessions that have ended by themselves.</summary>
    public int Lost => _devices.Count(device => device.Mac.Ended.IsCompleted);

    /// <summary>Pairs until there are so many, one after the other: a Mac has one open invitation. They stay.</summary>
    public async Task Pair(int devices)
    {
        while (_devices.Count < devices)
        {
            var number = _devices.Count;
            var device = new Device(new Phone(new PhoneOptions
            {
                Name = $"measured {number}",
                StorePath = System.IO.Path.Combine(silo.Home, $"phone-{number}.json"),
                HttpHandler = _http,
            }));
            _devices.Add(device);
            device.Mac = await device.Phone.Pair(await silo.Invite(local: true), CancellationToken.None);
            if (_devices.Count % Step == 0) told($"{_devices.Count} phones are paired");
        }
    }

    /// <summary>All say goodbye; ends when the Mac has none any more.</summary>
    public async Task Disconnect()
    {
        await Task.WhenAll(_devices.Select(device => device.Mac.DisposeAsync().AsTask()));
        await silo.Reaches(0);
    }

    /// <summary>All connect again, <see cref="AtOnce"/> at the same time; ends when all are connected.</summary>
    public async Task Connect(StageTimes times)
    {
        _connected = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce };
        await Parallel.ForEachAsync(_devices, options, async (device, _) =>
        {
            await Connect(device, times);
            var connected = Interlocked.Increment(ref _connected);
            if (connected % Step == 0) told($"{connected} phones are connected again");
        });
        await HearAll();
    }

    /// <summary>Every phone asks and is answered, over the session that it has, and the Mac counts as many.</summary>
    public async Task HearAll()
    {
        await Task.WhenAll(_devices.Select(device => Hear(device.Mac)));
        await silo.Reaches(_devices.Count);
    }

    /// <summary>Chats one after the other, each from a phone chosen at random.</summary>
    public async Task Chat(int chats, Random random, MeteredRunner runner, StageTimes times, string stage)
    {
        for (var chat = 0; chat < chats; chat++)
        {
            var prompt = $"{Guid.NewGuid():N}";
            var mac = _devices[random.Next(_devices.Count)].Mac;
            await foreach (var message in mac.Chat(new ChatMessage { Prompt = prompt }))
            {
                if (message is ErrorMessage error) throw new InvalidOperationException($"A chat failed: {error.Code}.");
                if (runner.TryTake(prompt, message, out var writtenAt))
                {
                    times.Add(stage, Stopwatch.GetElapsedTime(writtenAt));
                }
            }
        }
    }

    /// <summary>Ends every phone, and its connection with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_devices.Select(device => device.Phone.DisposeAsync().AsTask()));
        _http.Dispose();
    }

    private async Task Connect(Device device, StageTimes times)
    {
        var record = device.Phone.Pairings.Load().Single();
        var started = Stopwatch.GetTimestamp();
        var mac = device.Mac = await Open(device.Phone, record);
        var heard = Stopwatch.GetElapsedTime(started);
        lock (times)
        {
            times.Add("offer → answer (HTTP, gate, grain, peer)", mac.Timings.Signaling);
            times.Add("start → live session", mac.Timings.Total);
            times.Add("start → first reply of the Mac", heard);
        }
    }

    /// <summary>A place among those under way is given back once the Mac has taken the session for live.</summary>
    private async Task<PairedMac> Open(Phone phone, PairingRecord record)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var mac = await phone.Open(record, CancellationToken.None);
                await Hear(mac);
                return mac;
            }
            catch (ConnectException failure) when (failure.IsPassing && attempt < Attempts)
            {
                Interlocked.Increment(ref _secondAttempts);
            }
        }
    }

    /// <summary>Asks for a chat that there is not: nothing but the way there and back, and a live session.</summary>
    private static async Task Hear(PairedMac mac)
    {
        await foreach (var message in mac.Resume($"{Guid.NewGuid():N}", after: 0))
        {
            if (message is not ErrorMessage) throw new InvalidOperationException("The Mac knows a chat of nobody.");
        }
    }

    private sealed class Device(Phone phone)
    {
        public Phone Phone => phone;

        public PairedMac Mac { get; set; } = null!;
    }
}
