using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Soak;

/// <summary>
/// A day of a phone and a Mac in virtual time. Whatever happens in an hour follows from the seed; after each event both
/// must hear each other, and nothing may be held that nobody waits for.
/// </summary>
internal sealed class Day(ulong seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly byte[] PhoneCertificate = [1, 1, 1];
    private static readonly byte[] MacCertificate = [2, 2, 2];

    private readonly SplitMix _random = new(seed);
    private readonly BlockPool _pool = new();
    private Pair<RoamingEndpoint> _pair = null!;
    private TimeSpan _elapsed;
    private Instant _countedTo;
    private int _addresses;
    private int _rebindings;

    /// <summary>Sessions that were needed.</summary>
    public int Sessions { get; private set; }

    /// <summary>What happened, how often.</summary>
    public SortedDictionary<string, int> Events { get; } = [];

    /// <summary>The most that was kept in buffers for reuse, in bytes.</summary>
    public int RetainedBytes => _pool.RetainedBytes;

    private RoamingEndpoint Phone => _pair.Left;

    private RoamingEndpoint Mac => _pair.Right;

    public void Run(TimeSpan length)
    {
        Connect();
        while (_elapsed < length)
        {
            Happen();
            CheckHealth();
            _elapsed += _pair.Now - _countedTo;
            _countedTo = _pair.Now;
        }

        Close();
    }

    private void Happen()
    {
        (string Name, Action Do)[] events =
        [
            ("quiet", () => _pair.RunFor(Minutes(1, 40))),
            ("traffic", Traffic),
            ("loss burst", LossBurst),
            ("partition", () => Partition(Seconds(1, 20))),
            ("long partition", () => Partition(Seconds(45, 90))),
            ("phone moves", () => Move(Phone)),
            ("Mac moves", () => Move(Mac)),
            ("NAT rebinds", Rebind),
            ("channels come and go", Churn),
            ("goodbye", Goodbye),
        ];
        var (name, action) = events[_random.NextBelow(events.Length)];
        Events[name] = Events.GetValueOrDefault(name) + 1;
        action();
        _pair.RunFor(Minutes(1, 20));
    }

    private void Traffic()
    {
        var count = 1 + _random.NextBelow(20);
        for (var index = 0; index < count; index++)
        {
            Send(Phone, 1 + _random.NextBelow(60_000));
            Send(Mac, 1 + _random.NextBelow(60_000));
            _pair.RunFor(TimeSpan.FromMilliseconds(_random.NextBelow(300)));
        }

        Await(() => Phone.Messages.Count == count && Mac.Messages.Count == count, "traffic");
        Phone.Messages.Clear();
        Mac.Messages.Clear();
    }

    private void LossBurst()
    {
        Use(Ordinary() with { Loss = 0.3 + (0.4 * _random.NextFraction()) });
        Send(Phone, 3000);
        Send(Mac, 3000);
        _pair.RunFor(Seconds(1, 8));
        Use(Ordinary());
    }

    private void Partition(TimeSpan length)
    {
        Use(new LinkOptions { Loss = 1 });
        Send(Phone, 1000);
        Send(Mac, 10_000);
        _pair.RunFor(length);
        Use(Ordinary());
    }

    private void Move(RoamingEndpoint who)
    {
        if (!IsAlive) return;
        who.Address = who.External = NextAddress();
        Assert.True(IsAlive, Say("alive"));
        Phone.Session.OfferRestart([IceCandidate.Host(Phone.Address)]);
        var offer = Phone.Session.LocalDescription;
        Assert.True(Mac.Session.TryRestart(_pair.Now, offer, [IceCandidate.Host(Mac.Address)], out _), Say("restart"));
        _pair.RunFor(TimeSpan.FromMilliseconds(_random.NextBelow(200)));
        Assert.True(Phone.Session.TrySetAnswer(_pair.Now, Mac.Session.LocalDescription, out _), Say("answer"));
    }

    private void Rebind()
    {
        // An agent remembers 32 addresses that checks revealed.
        if (++_rebindings % 16 == 0) Move(Phone);
        else Phone.External = NextAddress();
    }

    private void Churn()
    {
        var count = 1 + _random.NextBelow(12);
        for (var index = 0; index < count; index++)
        {
            Assert.True(Phone.Session.TryOpenChannel(_pair.Now, new() { Label = "a", Ordered = index % 2 == 0 }));
            Assert.True(Mac.Session.TryOpenChannel(_pair.Now, new() { Label = "b", RetransmissionsMax = 2 }));
        }

        Await(() => Phone.Channels.Count == 1 + (2 * count) && Mac.Channels.Count == 1 + (2 * count), "channels");
        foreach (var id in Phone.Channels.ToArray().Skip(1))
        {
            (_random.NextBelow(2) == 0 ? Phone : Mac).Session.CloseChannel(_pair.Now, id);
            if (_random.NextBelow(3) == 0) _pair.RunFor(TimeSpan.FromMilliseconds(30));
        }

        Await(() => Phone.Channels.Count == 1 && Mac.Channels.Count == 1, "closed channels");
    }

    private void Goodbye()
    {
        Close();
        Connect();
    }

    private bool IsAlive => !Phone.Session.IsOver && !Mac.Session.IsOver;

    // Both hear each other, or both have ended in bounded time and can begin anew; nothing is left behind.
    private void CheckHealth()
    {
        Use(Ordinary());
        if (!IsAlive)
        {
            Await(() => Phone.Session.IsOver && Mac.Session.IsOver, "the end of both");
            Assert.Equal(0, _pool.RentedBlocks);
            Connect();
        }

        Send(Phone, 100);
        Send(Mac, 100);
        Await(() => Phone.Messages.Count > 0 && Mac.Messages.Count > 0, "hearing each other");
        Await(() => _pool.RentedBlocks == 0, "empty buffers");
        foreach (var end in new[] { Phone, Mac })
        {
            var control = end.Session.DataChannels!.Association.State.Control!;
            Assert.Equal((0, 0), control.Sender.Held);
            Assert.Equal((0, 0), (control.Reassembly.HeldBytes, control.Reassembly.HeldChunks));
            Assert.InRange(control.Reassembly.StreamCount, 0, end.Channels.Count);
            Assert.Equal(0, control.StreamReset.OpenCount);
            end.Messages.Clear();
        }
    }

    private void Close()
    {
        Phone.Session.Close(_pair.Now);
        Await(() => Phone.Session.IsOver && Mac.Session.IsOver, "goodbye");
        Assert.Equal(0, _pool.RentedBlocks);
    }

    private void Connect()
    {
        Sessions++;
        if (_pair is not null) _elapsed += _pair.Now - _countedTo;
        var now = Instant.Start + TimeSpan.FromHours(1);
        var (phoneAt, macAt) = (NextAddress(), NextAddress());
        var phone = RtcSession.CreateOffer(
            now, Options(PhoneCertificate, phoneAt) with { Channels = [new() { Label = "llm" }] },
            new ScriptedDtls(PhoneCertificate), _random);
        Assert.True(RtcSession.TryCreateAnswer(
            now, phone.LocalDescription, Options(MacCertificate, macAt), new ScriptedDtls(MacCertificate), _random,
            out var mac, out _));
        Assert.True(phone.TrySetAnswer(now, mac.LocalDescription, out _));
        var (left, right) = (new RoamingEndpoint(phone, phoneAt), new RoamingEndpoint(mac, macAt));
        (left.Peer, right.Peer) = (right, left);
        _pair = new Pair<RoamingEndpoint>(left, right, Ordinary(), _random.Next());
        _countedTo = _pair.Now;
        _rebindings = 0;
        Await(() => Phone.Channels.Count == 1 && Mac.Channels.Count == 1, "connecting");
    }

    private SessionOptions Options(byte[] certificate, TransportAddress address) => new()
    {
        Fingerprint = CertificateFingerprint.Of(certificate),
        Candidates = [IceCandidate.Host(address)],
        Sctp = new SctpOptions { Pool = _pool },
    };

    private LinkOptions Ordinary() => new()
    {
        Delay = TimeSpan.FromMilliseconds(1 + _random.NextBelow(80)),
        Jitter = TimeSpan.FromMilliseconds(_random.NextBelow(20)),
        Loss = 0.03 * _random.NextFraction(),
        Reorder = 0.05 * _random.NextFraction(),
        Duplicate = 0.05 * _random.NextFraction(),
    };

    private void Use(LinkOptions options) => _pair.ToLeft.Options = _pair.ToRight.Options = options;

    // A session that has just lost its consent takes no message, and a check of the health follows.
    private void Send(RoamingEndpoint from, int length)
    {
        if (IsAlive) _ = from.Session.Send(_pair.Now, from.Channels[0], new byte[length]);
    }

    private void Await(Func<bool> condition, string what)
    {
        try
        {
            _pair.RunUntil(condition, Patience, Say(what));
        }
        catch (Xunit.Sdk.FailException cause)
        {
            Assert.Fail($"{cause.Message}: {Describe(Phone)}; {Describe(Mac)}; {string.Join(", ", Events)}");
        }
    }

    private static string Describe(RoamingEndpoint end)
    {
        var association = end.Session.DataChannels?.Association;
        var (sender, reassembly) = (association?.State.Control?.Sender, association?.State.Control?.Reassembly);
        return $"{end.Session.State} {end.Session.End} on {end.Address} as {end.External}, "
            + $"{association?.State.GetType().Name}, held {sender?.Held}, received {reassembly?.HeldChunks}, "
            + $"{end.Messages.Count} messages, {end.Channels.Count} channels, {association?.Statistics}";
    }

    private string Say(string what) => $"day {seed}, after {_elapsed}: {what}";

    private TransportAddress NextAddress()
    {
        var number = _addresses++;
        return IcePair.Address($"203.0.{number / 250 % 250}.{1 + (number % 250)}", 5000 + (number % 1000));
    }

    private TimeSpan Minutes(int least, int most) => TimeSpan.FromMinutes(least + _random.NextBelow(most - least));

    private TimeSpan Seconds(int least, int most) => TimeSpan.FromSeconds(least + _random.NextBelow(most - least));
}
