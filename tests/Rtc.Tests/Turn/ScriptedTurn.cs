using System.Security.Cryptography;
using System.Text;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Tests.Turn;

/// <summary>A TURN server that answers each request at once, and does wrong what a test tells it to.</summary>
internal sealed class ScriptedTurn
{
    public static readonly TransportAddress RelayedIPv4 = IcePair.Address("198.51.100.9", 50_000);
    public static readonly TransportAddress RelayedIPv6 = IcePair.Address("2001:db8::9", 50_000);

    // RFC 8656, 18.6.
    private const byte IPv6 = 2;

    // RFC 8656, 9 and 12: how long a permission and a channel live, and how long a channel's number rests.
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    private readonly byte[] _buffer = new byte[1_500];
    private readonly Dictionary<TransportAddress, Instant> _permittedUntil = [];
    private readonly Dictionary<ushort, Instant> _boundUntil = [];

    /// <summary>The time by which permissions and channels end.</summary>
    public Instant Now { get; set; }

    /// <summary>The nonce that is good; another one is answered by 438.</summary>
    public string Nonce { get; set; } = "first";

    public string Realm { get; set; } = "north";

    public string Password { get; set; } = "word";

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether it relays from IPv4; one that does not knows no ADDITIONAL-ADDRESS-FAMILY either, which it may ignore.
    /// </summary>
    public bool HasIPv4 { get; set; } = true;

    public bool HasIPv6 { get; set; } = true;

    /// <summary>What requests of a method are refused with.</summary>
    public Dictionary<StunMethod, StunErrorCode> Refusals { get; } = [];

    /// <summary>Where 300 leads.</summary>
    public TransportAddress? Alternate { get; set; }

    /// <summary>The authentic requests, oldest first: method and, of a Refresh, the lifetime in seconds.</summary>
    public List<(StunMethod Method, int Lifetime)> Requests { get; } = [];

    /// <summary>
    /// Of each authentic Allocate, REQUESTED-ADDRESS-FAMILY and ADDITIONAL-ADDRESS-FAMILY; null for none.
    /// </summary>
    public List<(byte? Requested, byte? Additional)> Families { get; } = [];

    /// <summary>The addresses for which there was ever a permission.</summary>
    public HashSet<TransportAddress> Permissions { get; } = [];

    /// <summary>The channels that were ever bound.</summary>
    public Dictionary<ushort, TransportAddress> Channels { get; } = [];

#pragma warning disable CA5351 // RFC 8489, 9.2.2.
    private byte[] Key => MD5.HashData(Encoding.UTF8.GetBytes($"user:{Realm}:{Password}"));
#pragma warning restore CA5351

    /// <summary>The answer to a request.</summary>
    public byte[] Answer(ReadOnlySpan<byte> request)
    {
        Xunit.Assert.True(StunMessage.TryParse(request, out var message));
        Xunit.Assert.Equal(StunClass.Request, message.Header.Class);
        if (message.Username.IsEmpty) return Challenge(message.Header, StunErrorCode.Unauthenticated);
        if (!message.Nonce.SequenceEqual(Encoding.UTF8.GetBytes(Nonce)))
        {
            return Challenge(message.Header, StunErrorCode.StaleNonce);
        }

        if (!message.VerifyIntegrity(Key)) return Challenge(message.Header, StunErrorCode.Unauthenticated);
        var method = message.Header.Method;
        Requests.Add((method, (int)(message.Lifetime?.TotalSeconds ?? -1)));
        if (method == StunMethod.Allocate)
        {
            Families.Add((
                Family(request, StunAttributeType.RequestedAddressFamily),
                Family(request, StunAttributeType.AdditionalAddressFamily)));
        }

        if (Refusals.TryGetValue(method, out var code)) return Refuse(message.Header, code);
        if (method == StunMethod.Allocate && !HasIPv4 && Families[^1].Requested != IPv6)
        {
            return Refuse(message.Header, StunErrorCode.AddressFamilyNotSupported);
        }

        return method == StunMethod.ChannelBind && IsBoundOtherwise(Channel(request), Peer(request, message.Header))
            ? Refuse(message.Header, StunErrorCode.BadRequest)
            : Accept(message, request);
    }

    /// <summary>Whom it sends the payload of a message of the client; null when it drops it.</summary>
    public TransportAddress? Relay(ReadOnlySpan<byte> message)
    {
        TransportAddress peer;
        if (ChannelData.TryParse(message, out var channel, out _))
        {
            if (!Channels.TryGetValue(channel, out peer) || _boundUntil[channel] <= Now) return null;
        }
        else
        {
            Xunit.Assert.True(StunHeader.TryParse(message, out var header));
            peer = Peer(message, header);
        }

        return _permittedUntil.TryGetValue(peer.WithPort(0), out var end) && Now < end ? peer : null;
    }

    /// <summary>A Data indication, as it comes for a payload that a peer sent.</summary>
    public static byte[] Indicate(TransportAddress peer, ReadOnlySpan<byte> payload)
    {
        var buffer = new byte[2_000];
        var writer = new StunMessageWriter(buffer, new(StunClass.Indication, StunMethod.Data, new(1, 2)));
        writer.AddPeerAddress(peer);
        writer.AddData(payload);
        return buffer[..writer.CompleteBare()];
    }

    private byte[] Accept(in StunMessage message, ReadOnlySpan<byte> request)
    {
        var writer = Begin(message.Header, StunClass.SuccessResponse);
        switch (message.Header.Method)
        {
            case StunMethod.Allocate:
                if (HasIPv4) writer.AddRelayedAddress(RelayedIPv4);
                if (HasIPv6) writer.AddRelayedAddress(RelayedIPv6);
                writer.AddMappedAddress(IcePair.Address("203.0.113.9", 41_000));
                writer.AddLifetime(Lifetime);
                break;
            case StunMethod.Refresh:
                writer.AddLifetime(message.Lifetime == TimeSpan.Zero ? TimeSpan.Zero : Lifetime);
                break;
            case StunMethod.CreatePermission:
                Permit(Peer(request, message.Header));
                break;
            case StunMethod.ChannelBind:
                Permit(Peer(request, message.Header));
                Channels[Channel(request)] = Peer(request, message.Header);
                _boundUntil[Channel(request)] = Now + TenMinutes;
                break;
        }

        return _buffer[..writer.Complete(Key)];
    }

    private void Permit(TransportAddress peer)
    {
        Permissions.Add(peer.WithPort(0));
        _permittedUntil[peer.WithPort(0)] = Now + FiveMinutes;
    }

    // RFC 8656, 12.2: 400 for a number that is bound to another peer, and for a peer that is bound to another number.
    private bool IsBoundOtherwise(ushort channel, TransportAddress peer) => Channels.Any(bound =>
        (bound.Key == channel) != (bound.Value == peer) && Now < _boundUntil[bound.Key] + FiveMinutes);

    private byte[] Challenge(StunHeader header, StunErrorCode code)
    {
        var writer = Begin(header, StunClass.ErrorResponse);
        writer.AddErrorCode(code, []);
        writer.AddRealm(Encoding.UTF8.GetBytes(Realm));
        writer.AddNonce(Encoding.UTF8.GetBytes(Nonce));
        return _buffer[..writer.Complete([])];
    }

    private byte[] Refuse(StunHeader header, StunErrorCode code)
    {
        var writer = Begin(header, StunClass.ErrorResponse);
        writer.AddErrorCode(code, []);
        if (Alternate is { } alternate) writer.AddAlternateServer(alternate);
        return _buffer[..writer.Complete(Key)];
    }

    private StunMessageWriter Begin(StunHeader header, StunClass messageClass) =>
        new(_buffer, header with { Class = messageClass });

    private static TransportAddress Peer(ReadOnlySpan<byte> request, StunHeader header)
    {
        Xunit.Assert.True(XorMappedAddress.TryParse(
            Find(request, StunAttributeType.XorPeerAddress), header.TransactionId, out var peer));
        return peer;
    }

    private static byte? Family(ReadOnlySpan<byte> request, StunAttributeType type) =>
        Find(request, type) is [var family, ..] ? family : null;

    private static ushort Channel(ReadOnlySpan<byte> request)
    {
        var value = Find(request, StunAttributeType.ChannelNumber);
        return (ushort)((value[0] << 8) | value[1]);
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> request, StunAttributeType type)
    {
        var rest = request[StunHeader.Length..];
        while (rest.Length >= 4)
        {
            var length = (rest[2] << 8) | rest[3];
            if (((rest[0] << 8) | rest[1]) == (int)type) return rest.Slice(4, length);
            rest = rest[(4 + ((length + 3) & ~3))..];
        }

        return default;
    }
}
