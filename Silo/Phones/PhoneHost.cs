using System.Collections.Immutable;
using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;
using QuicPair.Silo.Gate;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Phones;

/// <summary>
/// The process's peers. It belongs to the process, not to the silo in it: a silo that restarts finds its phones
/// connected.
/// </summary>
internal sealed partial class PhoneHost(RtcHost rtc, OfferGate gate, SessionParts parts, ILogger<PhoneHost> log)
    : IPeerHost, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<PhonePeer> _peers = [];
    private bool _stopped;

    public bool IsDraining { get; set; }

    /// <summary>How many connections there are, live or not yet.</summary>
    public int Connections
    {
        get
        {
            lock (_lock) return _peers.Count;
        }
    }

    public Task<OfferReply> Answer(OfferEnvelope offer, CancellationToken cancellation)
    {
        var verified = gate.Take(offer);
        return Task.FromResult(verified is null
            ? OfferReply.Reject(OfferProblem.Refused)
            : Answer(offer, verified));
    }

    public PeerPresence? Presence(DeviceId device)
    {
        if (parts.Live.Find(device.Value) is not { } session) return null;
        lock (_lock) return _peers.Find(peer => peer.Session == session)?.Presence(session);
    }

    public async Task CloseRevoked(DeviceId device)
    {
        parts.Answers.Drop(device.Value);
        PhonePeer[] closing;
        lock (_lock) closing = [.. _peers.Where(peer => peer.Offer.Device == device.Value)];
        foreach (var peer in closing) peer.Close(CloseCode.Revoked, ErrorCode.Revoked);
        await EndSoon(closing, PhoneTimings.RevocationFlush);
        await Task.WhenAll(closing.Select(peer => peer.SessionEnded));

        // A chat that was already waiting to be read may have begun in between.
        parts.Answers.Drop(device.Value);
    }

    /// <summary>
    /// The phones find the new address by the checks that come from it, unless something between does not let them in:
    /// a restart opens every way anew.
    /// </summary>
    public void NetworkChanged(object? sender, EventArgs change)
    {
        PhonePeer[] living;
        lock (_lock) living = [.. _peers];
        foreach (var peer in living) peer.Session?.AskForRestart();
    }

    /// <summary>Says what the system did to the port of all phones; another socket is put in its place.</summary>
    public void SocketFailed(object? sender, System.Net.Sockets.SocketError fault) => SocketFailed(fault);

    public async ValueTask DisposeAsync()
    {
        PhonePeer[] closing;
        lock (_lock)
        {
            _stopped = true;
            closing = [.. _peers];
        }

        foreach (var peer in closing) peer.Close(CloseCode.Shutdown);
        await EndSoon(closing, PhoneTimings.Flush);
        await rtc.DisposeAsync();
    }

    private OfferReply Answer(OfferEnvelope offer, VerifiedOffer verified)
    {
        var identity = PeerIdentity.Of(verified.Device, offer);
        try
        {
            lock (_lock)
            {
                if (_stopped) return OfferReply.Reject(OfferProblem.Overloaded);
                if (_peers.Find(known => known.Offer.Fingerprint == identity.Fingerprint
                        && known.Offer.Device == identity.Device && !known.Gone.IsCompleted) is { } same)
                {
                    same.AddCandidates(offer.Sdp);
                    return Accept(offer, verified, same);
                }

                if (IsDraining) return OfferReply.Reject(OfferProblem.Draining);

                // Such as one that was made for the restart of a connection from before this process: what it goes on
                // saying would come to the new one's phone, which would take it for the new one's.
                var former = _peers.FindAll(each => !each.IsLive && each.Offer.SharesSocket(identity));
                if (former.Exists(each => each.Offer.Timestamp > identity.Timestamp))
                {
                    // It was overtaken by what its phone means now.
                    return OfferReply.Reject(OfferProblem.Refused);
                }

                if (!HasRoom(verified.Device, former, out var outdated))
                {
                    return OfferReply.Reject(OfferProblem.Overloaded);
                }

                // First: a description that cannot be used takes nobody's place.
                var peer = Create(offer, verified, identity);
                if (outdated is { IsLive: false }) Abandon(outdated);
                former.ForEach(Abandon);
                _peers.Add(peer);

                // The caller is a grain; the peer must not live on its scheduler, nor its chats in the offer's trace.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = Task.Run(() => Run(peer, offer.Nonce), CancellationToken.None);
                }

                return Accept(offer, verified, peer);
            }
        }
        catch (SdpException)
        {
            return OfferReply.Reject(OfferProblem.BadSdp);
        }
    }

    // Needs the lock.
    private void Abandon(PhonePeer peer)
    {
        peer.Abort();
        _peers.Remove(peer);
    }

    private PhonePeer Create(OfferEnvelope offer, VerifiedOffer verified, PeerIdentity identity)
    {
        var answerNonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var connection = rtc.CreateAnswer(offer.Sdp, new PeerOptions());
        var terms = (ReadOnlyMemory<byte> phoneCertificate) => new HandshakeTerms
        {
            Offer = verified,
            OfferNonce = [.. offer.Nonce],
            AnswerNonce = answerNonce,
            Versions = [.. offer.Versions],
            PhoneCertificate = phoneCertificate,
            MacCertificate = connection.LocalCertificate,
        };
        return new PhonePeer(identity, connection, terms, parts) { AnswerNonce = answerNonce };
    }

    private OfferReply Accept(OfferEnvelope offer, VerifiedOffer verified, PhonePeer peer)
    {
        var auth = OfferAuthentication.Answer(
            verified.OfferKey, offer.Nonce.AsSpan(), peer.AnswerNonce, verified.ChosenVersion, peer.LocalDescription);
        var answer = new AnswerEnvelope(
            peer.LocalDescription, [.. peer.AnswerNonce], verified.ChosenVersion, [.. auth]);
        gate.Answered(offer, answer);
        return OfferReply.Accept(answer);
    }

    /// <summary>
    /// Whether a device may have one more unfinished peer. Its third takes the place of its first: a phone that tries
    /// again means the new one. Those that make room anyway are not counted.
    /// </summary>
    private bool HasRoom(string device, List<PhonePeer> former, out PhonePeer? outdated)
    {
        var unfinished = _peers.Where(peer => !peer.IsLive && !former.Contains(peer)).ToArray();
        var mine = unfinished.Where(peer => peer.Offer.Device == device).ToArray();
        outdated = mine.Length >= PhoneTimings.UnfinishedPerDevice ? mine[0] : null;
        var others = outdated is null ? unfinished.Length : unfinished.Length - 1;
        return others < PhoneTimings.UnfinishedPerMac;
    }

    private async Task Run(PhonePeer peer, ImmutableArray<byte> offerNonce)
    {
        try
        {
            await peer.Run(() => gate.Finished(peer.Offer.Device, offerNonce.AsSpan()));
        }
        catch (KeysNotWrittenException problem)
        {
            NotStored(problem.Message);
        }
        catch (Exception problem)
        {
            PeerBroke(problem.GetType().Name);
        }
        finally
        {
            lock (_lock) _peers.Remove(peer);
        }
    }

    /// <summary>Waits for orderly ends, then does not wait any longer.</summary>
    private async Task EndSoon(PhonePeer[] closing, TimeSpan patience)
    {
        try
        {
            await Task.WhenAll(closing.Select(peer => peer.Gone)).WaitAsync(patience, parts.Time);
        }
        catch (TimeoutException)
        {
            foreach (var peer in closing) peer.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A phone could not be paired. {Problem}")]
    private partial void NotStored(string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The socket of the phones' port failed: {Fault}.")]
    private partial void SocketFailed(System.Net.Sockets.SocketError fault);

    [LoggerMessage(Level = LogLevel.Error, Message = "A phone's peer failed in an unexpected way: {Kind}.")]
    private partial void PeerBroke(string kind);
}
