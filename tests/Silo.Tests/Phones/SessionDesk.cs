using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Gate;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Phones;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Runners;
using QuicPair.Silo.Tests.Answers;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>A Mac with keys, answers and a scripted runner, to which phones connect without a network.</summary>
internal sealed class SessionDesk : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;

    public SessionDesk(RunnerOptions? options = null, FakeTimeProvider? time = null)
    {
        Options = options ?? new RunnerOptions();
        Time = time ?? new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        _folder = _temporary.Open();
        Keys = KeyStore.Open(_folder, Time);
        var catalog = new ModelCatalog(Runner, Options);
        Answers = new AnswerBook(
            Options, new ChatWork(Runner, catalog, Options, Time, NullLogger<ChatWork>.Instance), Time);
        var live = new LivePhones();
        var news = new PairingNews();
        var devices = new DeviceDesk(Keys, device => live.Find(device) is not null, news, Time);
        Answers.Spent = devices.Spend;
        devices.CloseRevoked = device =>
        {
            Answers.Drop(device.Value);
            live.Find(device.Value)?.Close(CloseCode.Revoked, ErrorCode.Revoked);
            return Task.CompletedTask;
        };
        var models = new ModelDesk(Runner, catalog, Options, Time);
        Confirmations = new OwnerConfirmations(Time);
        Parts = new SessionParts
        {
            Keys = Keys,
            Answers = Answers,
            Requests = new RequestParts(Answers, models, devices),
            Confirmations = Confirmations,
            News = news,
            Live = live,
            Options = new PhoneOptions(),
            MacName = "mac",
            Time = Time,
        };
    }

    public RunnerOptions Options { get; }

    /// <summary>The Mac's data folder.</summary>
    public string Folder => Path.GetDirectoryName(_folder.Socket)!;

    public FakeTimeProvider Time { get; }

    public ScriptedRunner Runner { get; } = new();

    public KeyPair Phone { get; } = KeyPair.Generate(RandomKeySource.Instance);

    public KeyStore Keys { get; private set; }

    public AnswerBook Answers { get; }

    public OwnerConfirmations Confirmations { get; }

    public SessionParts Parts { get; private set; }

    /// <summary>The same files after a crash.</summary>
    public void Restart()
    {
        Keys.Dispose();
        Keys = KeyStore.Open(_folder, Time);
        var live = new LivePhones();
        var devices = new DeviceDesk(Keys, device => live.Find(device) is not null, Parts.News, Time);
        Parts = Parts with { Keys = Keys, Live = live, Requests = Parts.Requests with { Devices = devices } };
    }

    /// <summary>Connects without a handshake.</summary>
    public (TestPhone Phone, HandshakeTerms Terms) Connect(Invitation? invitation, DeviceRecord? record = null)
    {
        var mode = record is null ? PairingMode.Invited : PairingMode.Paired;
        var device = record?.Id ?? invitation!.Device;
        var key = record?.OfferKey ?? invitation!.OfferKey;
        var terms = new HandshakeTerms
        {
            Offer = new VerifiedOffer(device, mode, key, 1, record, invitation),
            OfferNonce = RandomNumberGenerator.GetBytes(16),
            AnswerNonce = RandomNumberGenerator.GetBytes(16),
            Versions = [1],
            PhoneCertificate = RandomNumberGenerator.GetBytes(300),
            MacCertificate = RandomNumberGenerator.GetBytes(300),
        };
        var channel = new MemoryChannel();
        var session = new PhoneSession(Parts, terms, channel);
        return (new TestPhone(channel, session, session.Run()), terms);
    }

    public async Task<TestPhone> Connect(byte[] psk, Invitation? invitation, DeviceRecord? record, KeyPair phone)
    {
        var (connected, terms) = Connect(invitation, record);
        Assert.True(await connected.Handshake(terms, phone, Keys.Mac.PublicKey.ToArray(), psk));
        return connected;
    }

    /// <summary>A phone in mode 1, after the handshake.</summary>
    public Task<TestPhone> ConnectInvited(Invitation invitation, KeyPair? phone = null) =>
        Connect(invitation.Psk, invitation, null, phone ?? Phone);

    /// <summary>A phone in mode 2, live.</summary>
    public async Task<TestPhone> ConnectPaired(DeviceRecord record)
    {
        var phone = await Connect(record.Psk, null, record, Phone);
        await phone.Ping();
        Assert.Equal("pong frame", await phone.Next());
        return phone;
    }

    public Invitation Invite(LinkFlags flags = LinkFlags.None) => Keys.Invite(TimeSpan.FromSeconds(120), flags);

    /// <summary>A paired device's record.</summary>
    public DeviceRecord Pair()
    {
        var invitation = Invite();
        var record = new DeviceRecord(
            invitation.Device, Phone.PublicKey.ToArray(), RandomNumberGenerator.GetBytes(32),
            RandomNumberGenerator.GetBytes(32), "phone", IsPaired: false, Time.GetUtcNow());
        Keys.Claim(invitation, record);
        Keys.Commit(record);
        return Keys.Find(record.Id).Record!;
    }

    /// <summary>The record of a paired device whose role is owner.</summary>
    public DeviceRecord PairOwner()
    {
        var record = Pair();
        Keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { Role = DeviceRole.Owner } });
        return record;
    }

    public void Dispose()
    {
        Answers.Dispose();
        Keys.Dispose();
        Phone.Dispose();
        _folder.Dispose();
        _temporary.Dispose();
    }
}
