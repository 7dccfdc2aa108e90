using System.Collections.Concurrent;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Grains.Ports;

namespace QuicPair.Grains.Tests;

/// <summary>A Mac without keys and sockets: it records what its grains ask of it.</summary>
internal sealed class FakeMac(MacId id) : IOfferGate, IPeerHost, IDeviceKeys, IMacStatus, IVouchers
{
    private readonly ConcurrentDictionary<DeviceId, DeviceStanding> _devices = new();
    private readonly ConcurrentDictionary<DeviceId, PeerPresence> _present = new();

    public MacId Id { get; } = id;

    /// <summary>What was asked, in order: <c>answer mac/device</c>, <c>delete device</c>, …</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public Func<OfferEnvelope, OfferVerdict> Verdict { get; set; } = _ => new OfferVerdict.Verified();

    public string Name => "The Mac " + Id;

    /// <summary>What it waits for with its whole thread before it tells of itself, as a Mac that is frozen.</summary>
    public Task Awake { get; set; } = Task.CompletedTask;

    public string Runner
    {
        get
        {
            Awake.GetAwaiter().GetResult();
            return "built-in";
        }
    }

    public bool IsRunnerSilent { get; set; }

    public IReadOnlyList<string> Models { get; set; } = ["words"];

    public IReadOnlyList<string> Loaded { get; set; } = [];

    public int Running { get; set; } = 1;

    public int Waiting { get; set; } = 2;

    public double? TokensPerSecond { get; set; } = 12.5;

    /// <summary>What an answer waits for.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    public bool IsDraining { get; set; }

    /// <summary>Whether its disk takes nothing more.</summary>
    public bool IsFull { get; set; }

    public int Connected => _present.Count;

    public void Put(DeviceId device, PairingStage stage, string name = "A phone") =>
        _devices[device] = new DeviceStanding(device, stage, name, Sample.Epoch);

    public void Lose(DeviceId device) => _devices.TryRemove(device, out _);

    public void Connect(DeviceId device) =>
        _present[device] = new PeerPresence(Sample.Epoch, "local", TimeSpan.FromMilliseconds(3));

    public void Disconnect(DeviceId device) => _present.TryRemove(device, out _);

    public OfferVerdict Verify(OfferEnvelope offer) => Verdict(offer);

    public bool Authenticate(IceEnvelope envelope) => _devices.ContainsKey(envelope.Device);

    public async Task<OfferReply> Answer(OfferEnvelope offer, CancellationToken cancellation)
    {
        Asked.Enqueue($"answer {offer.Mac}/{offer.Device}");
        await Hold;
        if (IsDraining && Presence(offer.Device) is null) return OfferReply.Reject(OfferProblem.Draining);
        return OfferReply.Accept(Sample.Answer("v=0\r\n"));
    }

    public PeerPresence? Presence(DeviceId device) => _present.GetValueOrDefault(device);

    public Task CloseRevoked(DeviceId device)
    {
        Asked.Enqueue($"close {device}");
        Disconnect(device);
        return Task.CompletedTask;
    }

    public DeviceStanding? Standing(DeviceId device) => _devices.GetValueOrDefault(device);

    public IReadOnlyList<DeviceStanding> All() => [.. _devices.Values];

    public Task<bool> Delete(DeviceId device)
    {
        Asked.Enqueue($"delete {device}");
        if (IsFull) return Task.FromException<bool>(new MacNotWrittenException());
        return Task.FromResult(_devices.TryRemove(device, out _));
    }

    public MacIntroduction Introduce() => new([1, 2, 3], Name, [], true);

    public bool Admit(MacId from, ReadOnlySpan<byte> voucher)
    {
        Asked.Enqueue($"admit {from} {voucher.Length}");
        return voucher.Length > 0;
    }

    public Task Revoke(PairingKey origin)
    {
        Asked.Enqueue($"revoke {origin}");
        return Task.CompletedTask;
    }
}
