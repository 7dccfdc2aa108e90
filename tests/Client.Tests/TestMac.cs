using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuicPair.Client.Session;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests;

/// <summary>
/// A small Mac and its front door in one, behind HTTP: real offers, WebRTC, Noise and frames. What a test wants to go
/// wrong is switched on by a property.
/// </summary>
internal sealed class TestMac : HttpMessageHandler
{
    private readonly RtcHost _rtc = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
    private readonly KeyPair _static = KeyPair.Generate(RandomSource.Instance);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TestMacPhone> _phones = [];
    private readonly List<(string Fingerprint, PeerConnection Peer, byte[] Nonce)> _peers = [];
    private int _refusedForTime;

    public PairingLink Link => new()
    {
        Origin = "http://localhost:1",
        MacPublicKey = _static.PublicKey.ToArray(),
        Secret = _secret,
        Expiry = (uint)DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeSeconds(),
    };

    /// <summary>A phone whose front door this is; it keeps its pairings in a folder.</summary>
    public Phone NewPhone(TemporaryFolder folder) => new(new PhoneOptions
    {
        StorePath = Path.Combine(folder.Path, "pairings.json"),
        HttpHandler = this,
        Rtc = new RtcHostOptions { Address = IPAddress.Loopback },
    });

    /// <summary>The same, which has paired and is not connected.</summary>
    public async Task<Phone> PairedPhone(TemporaryFolder folder, CancellationToken cancellation)
    {
        var phone = NewPhone(folder);
        await (await phone.Pair(Link, cancellation)).DisposeAsync();
        return phone;
    }

    /// <summary>The Mac's clock minus this machine's, in seconds.</summary>
    public long ClockOffset { get; set; }

    /// <summary>How many offers and questions for ICE servers were refused for their time.</summary>
    public int RefusedForTime => Volatile.Read(ref _refusedForTime);

    /// <summary>Whether the invitation is open.</summary>
    public bool IsInvitationOpen { get; set; } = true;

    /// <summary>Whether it goes away after <c>paired</c>, before the acknowledgement is read.</summary>
    public bool DiesAfterPaired { get; set; }

    /// <summary>Whether its answers carry a wrong MAC.</summary>
    public bool ForgesAnswers { get; set; }

    /// <summary>Whether its answers name another certificate than its own, under a right MAC.</summary>
    public bool NamesAnotherCertificate { get; set; }

    /// <summary>Whether a restart meets a Mac that does not have the connection any more.</summary>
    public bool ForgetsPeers { get; set; }

    /// <summary>Whether the second handshake message is made with other keys.</summary>
    public bool AnswersWithRandomPsk { get; set; }

    /// <summary>Whether it answers the first handshake message with an alert.</summary>
    public bool RefusesHandshake { get; set; }

    /// <summary>Whether it is gone when the first handshake message arrives.</summary>
    public bool VanishesAtHandshake { get; set; }

    /// <summary>What stands for every other outcome: status and code.</summary>
    public (HttpStatusCode Status, string Body)? Failure { get; set; }

    /// <summary>Ends with the first request that met <see cref="Failure"/>.</summary>
    public Task Refused => _refused.Task;

    /// <summary>Called behind the handshake of an invitation in place of <c>paired</c>.</summary>
    public Action<TestMacPhone>? OnInvited { get; set; }

    /// <summary>Called with each chat in place of the echo.</summary>
    public Action<TestMacPhone, ChatMessage>? OnChat { get; set; }

    /// <summary>Called with each resumption in place of the usual two entries.</summary>
    public Action<TestMacPhone, ResumeMessage>? OnResume { get; set; }

    /// <summary>Called with each cancellation in place of the error that ends the chat.</summary>
    public Action<TestMacPhone, CancelMessage>? OnCancel { get; set; }

    /// <summary>Called with every other request that has an id.</summary>
    public Action<TestMacPhone, Message>? OnRequest { get; set; }

    /// <summary>Called when it is asked for its models, in place of the answer.</summary>
    public Action<TestMacPhone>? OnModels { get; set; }

    /// <summary>What it answers when asked for its models.</summary>
    public IReadOnlyList<QuicPair.Protocol.Chat.ModelDescription> Models { get; set; } =
        [new() { Name = "m", Size = 1, Loaded = true, Remote = false }];

    /// <summary>What the end of its echo says about the time; null is nothing.</summary>
    public QuicPair.Protocol.Chat.AnswerStatistics? Statistics { get; set; }

    /// <summary>The lasting keys, once it paired.</summary>
    public (byte[] Psk, byte[] OfferKey)? Lasting { get; set; }

    /// <summary>Whether <see cref="Lasting"/> is committed.</summary>
    public bool IsPaired { get; set; }

    /// <summary>The offers that arrived, oldest first.</summary>
    public List<OfferRequest> Offers { get; } = [];

    /// <summary>Ends with the first offer.</summary>
    public TaskCompletionSource Posted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes the candidates out of the first offer and its answer, as if they led nowhere.</summary>
    public bool LosesFirstCandidates { get; set; }

    /// <summary>The same for each offer of an ICE restart that has no server-reflexive one, and its answer.</summary>
    public bool LosesRestartCandidates { get; set; }

    /// <summary>The only way to it from the next offer on; null (default) is the straight one.</summary>
    public UdpRelay? Way { get; set; }

    /// <summary>Called with each offer that arrives.</summary>
    public Action<OfferRequest>? OnOffer { get; set; }

    /// <summary>What it says when asked for ICE servers; null (default) is a refusal.</summary>
    public IReadOnlyList<QuicPair.Protocol.Signaling.IceServer>? IceServers { get; set; }

    /// <summary>How many seconds it says that their credentials live; null (default) says nothing.</summary>
    public long? IceTtl { get; set; }

    /// <summary>Whether it says that only when the first offer has arrived.</summary>
    public bool TellsIceServersLate { get; set; }

    /// <summary>Ends when it has told its ICE servers.</summary>
    public TaskCompletionSource ToldIceServers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The questions for ICE servers, oldest first.</summary>
    public List<IceRequest> IceRequests { get; } = [];

    /// <summary>The modes of the offers that were answered.</summary>
    public List<PairingMode> Modes { get; } = [];

    /// <summary>The newest connection.</summary>
    public TestMacPhone Phone => _phones[^1];

    public byte[] Secret => _secret;

    public KeyPair Static => _static;

    private long Now => DateTimeOffset.UtcNow.ToUnixTimeSeconds() + ClockOffset;

    /// <summary>Ends every connection that it has had.</summary>
    public Task EndPeers() => Task.WhenAll(_peers.Select(each => each.Peer.DisposeAsync().AsTask()));

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Failure is { } failure)
        {
            _refused.TrySetResult();
            return Reply(failure.Status, failure.Body);
        }

        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        if (request.RequestUri!.AbsolutePath == "/signaling/ice")
        {
            if (TellsIceServersLate) await Posted.Task.WaitAsync(cancellationToken);
            return AnswerIce(body);
        }

        var offer = JsonSerializer.Deserialize(body, SignalingJson.Default.OfferRequest)!;
        lock (Offers) Offers.Add(offer);
        OnOffer?.Invoke(offer);
        Posted.TrySetResult();
        if (!IsTimely(offer.Ts) || Find(offer) is not { } keys)
        {
            return Refuse();
        }

        Modes.Add(keys.Mode);
        return Answer(offer, keys);
    }

    protected override void Dispose(bool disposing)
    {
        _rtc.DisposeAsync().AsTask().Wait();
        _phones.ForEach(phone => phone.Dispose());
        _static.Dispose();
        base.Dispose(disposing);
    }

    private HttpResponseMessage AnswerIce(byte[] body)
    {
        var request = JsonSerializer.Deserialize(body, SignalingJson.Default.IceRequest)!;
        IceRequests.Add(request);
        if (!IsTimely(request.Ts) || IceServers is null)
        {
            return Refuse();
        }

        ToldIceServers.TrySetResult();
        return Reply(HttpStatusCode.OK, JsonSerializer.Serialize(
            new IceResponse { IceServers = IceServers, Ttl = IceTtl }, SignalingJson.Default.IceResponse));
    }

    // QP/1 section 3.1: "ts within 300 s of the Mac's clock".
    private bool IsTimely(long ts)
    {
        var isTimely = Math.Abs(ts - Now) <= 300;
        if (!isTimely) Interlocked.Increment(ref _refusedForTime);
        return isTimely;
    }

    private HttpResponseMessage Refuse() =>
        Reply(HttpStatusCode.Forbidden, $$"""{"code":"refused","now":{{Now}}}""");

    private HttpResponseMessage Answer(OfferRequest offer, AttemptKeys keys)
    {
        var (offerNonce, answerNonce) = (new byte[16], RandomNumberGenerator.GetBytes(16));
        StrictBase64Url.TryDecode(offer.Nonce, offerNonce);
        var fingerprint = new byte[32];
        SignaledSdp.TryReadFingerprint(offer.Sdp, fingerprint);
        Way?.LeadTo(_rtc.LocalEndPoint.Port);
        var known = _peers.Find(each => each.Fingerprint == Convert.ToHexString(fingerprint));
        if (known.Peer is { Completion.IsCompleted: false } living && !ForgetsPeers)
        {
            var isLost = LosesRestartCandidates && !offer.Sdp.Contains(" typ srflx", StringComparison.Ordinal);
            living.AddRemoteCandidates(
                isLost ? WithoutCandidates(offer.Sdp) : Through(Way?.PortForMac, offer.Sdp));
            return Sign(living, keys, offerNonce, known.Nonce, isLost);
        }

        var peer = _rtc.CreateAnswer(
            LosesFirstCandidates ? WithoutCandidates(offer.Sdp) : Through(Way?.PortForMac, offer.Sdp),
            new PeerOptions());
        _peers.Add((Convert.ToHexString(fingerprint), peer, answerNonce));
        var psk = AnswersWithRandomPsk ? RandomNumberGenerator.GetBytes(32) : keys.Psk;
        _phones.Add(new TestMacPhone(this, peer, keys with { Psk = psk }, offerNonce, answerNonce));
        return Sign(peer, keys, offerNonce, answerNonce, LosesFirstCandidates);
    }

    private static string WithoutCandidates(string sdp) => string.Concat(sdp.Split("\r\n")
        .Where(line => line.Length > 0 && !line.StartsWith("a=candidate:", StringComparison.Ordinal))
        .Select(line => line + "\r\n"));

    /// <summary>A description with one candidate, this port of this machine; with its own if there is none.</summary>
    private static string Through(int? port, string sdp) => port is null
        ? sdp
        : $"{WithoutCandidates(sdp)}a=candidate:1 1 udp 2130706431 127.0.0.1 {port} typ host\r\n";

    private static string WithAnotherCertificate(string sdp)
    {
        var own = sdp.Split("\r\n").Single(line => line.StartsWith("a=fingerprint:", StringComparison.Ordinal));
        var other = "a=fingerprint:sha-256 " + string.Join(':', Enumerable.Repeat("A7", 32));
        return sdp.Replace(own, other, StringComparison.Ordinal);
    }

    private HttpResponseMessage Sign(
        PeerConnection peer, AttemptKeys keys, byte[] offerNonce, byte[] answerNonce, bool isLost)
    {
        var sdp = isLost
            ? WithoutCandidates(peer.LocalDescription)
            : Through(Way?.PortForPhone, peer.LocalDescription);
        if (NamesAnotherCertificate) sdp = WithAnotherCertificate(sdp);
        var auth = OfferAuthentication.Answer(keys.OfferKey, offerNonce, answerNonce, 1, sdp);
        auth[0] ^= ForgesAnswers ? (byte)1 : (byte)0;
        var answer = new OfferResponse
        {
            Sdp = sdp,
            Nonce = StrictBase64Url.Encode(answerNonce),
            Version = 1,
            Auth = StrictBase64Url.Encode(auth),
        };
        return Reply(HttpStatusCode.OK, JsonSerializer.Serialize(answer, SignalingJson.Default.OfferResponse));
    }

    private AttemptKeys? Find(OfferRequest offer)
    {
        var known = new List<AttemptKeys>();
        if (Lasting is { } lasting)
        {
            known.Add(new AttemptKeys(PairingMode.Paired, lasting.Psk, lasting.OfferKey));
        }

        if (IsInvitationOpen)
        {
            known.Add(new AttemptKeys(
                PairingMode.Invited, KeySchedule.Psk(_secret), KeySchedule.OfferKey(_secret)));
        }

        return known.Find(keys => Proves(offer, keys));
    }

    private static bool Proves(OfferRequest offer, AttemptKeys keys)
    {
        var (nonce, auth) = (new byte[16], new byte[16]);
        byte[] versions = [.. offer.Versions.Select(version => (byte)version)];
        return StrictBase64Url.TryDecode(offer.Nonce, nonce)
            && StrictBase64Url.TryDecode(offer.Auth, auth)
            && SignaledSdp.TryCheck(offer.Sdp, out _)
            && OfferAuthentication.Verify(
                OfferAuthentication.Offer(keys.OfferKey, (ulong)offer.Ts, nonce, versions, offer.Sdp), auth);
    }

    private static HttpResponseMessage Reply(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
