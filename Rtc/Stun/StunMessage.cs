using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// One received message, every attribute framed and checked in length (RFC 8489, section 5 and 14). Of an
/// attribute that is repeated the first counts; what follows MESSAGE-INTEGRITY is ignored, except FINGERPRINT
/// (14.5). Attributes that nobody here knows are skipped; <see cref="UnknownRequired"/> tells of one that may
/// not be.
/// </summary>
internal ref struct StunMessage
{
    /// <summary>
    /// Longer datagrams are not STUN for us: checks and their answers fit into one small packet.
    /// </summary>
    public const int MaximumLength = 1280;

    private const ushort ComprehensionOptional = 0x8000;

    private ReadOnlySpan<byte> _datagram;
    private int _integrityOffset;

    public StunHeader Header { get; private set; }

    public ReadOnlySpan<byte> Username { get; private set; }

    public ReadOnlySpan<byte> Realm { get; private set; }

    public ReadOnlySpan<byte> Nonce { get; private set; }

    public ReadOnlySpan<byte> Software { get; private set; }

    public TransportAddress? MappedAddress { get; private set; }

    public uint? Priority { get; private set; }

    public bool UseCandidate { get; private set; }

    /// <summary>The tie-breaker of a sender in the controlling role.</summary>
    public ulong? Controlling { get; private set; }

    /// <summary>The tie-breaker of a sender in the controlled role.</summary>
    public ulong? Controlled { get; private set; }

    /// <summary>The code of an error response, 300 to 699.</summary>
    public StunErrorCode? ErrorCode { get; private set; }

    /// <summary>The relayed IPv4 address of an allocation (RFC 8656, section 18.5).</summary>
    public TransportAddress? RelayedIPv4 { get; private set; }

    /// <summary>The relayed IPv6 address of an allocation.</summary>
    public TransportAddress? RelayedIPv6 { get; private set; }

    /// <summary>How long an allocation lives (RFC 8656, section 18.2).</summary>
    public TimeSpan? Lifetime { get; private set; }

    /// <summary>Where to try instead (RFC 8489, section 14.15).</summary>
    public TransportAddress? AlternateServer { get; private set; }

    /// <summary>The first attribute that must be understood and is not.</summary>
    public ushort? UnknownRequired { get; private set; }

    public readonly bool HasIntegrity => _integrityOffset > 0;

    /// <summary>Whether a FINGERPRINT was there; one that is wrong makes the message unreadable.</summary>
    public bool HasFingerprint { get; private set; }

    /// <summary>
    /// Whether the datagram's first byte can be that of a STUN message (RFC 7983, section 7).
    /// </summary>
    public static bool IsStun(ReadOnlySpan<byte> datagram) => datagram is [<= 3, ..];

    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (datagram.Length > MaximumLength || !StunHeader.TryParse(datagram, out var header)) return false;
        message.Header = header;
        message._datagram = datagram;

        var reader = new SpanReader(datagram);
        _ = reader.TrySkip(StunHeader.Length);
        while (reader.Remaining > 0)
        {
            var offset = reader.Position;
            if (message.HasFingerprint
                || !reader.TryReadUInt16(out var type) || !reader.TryReadUInt16(out var length)
                || !reader.TryReadBytes(length, out var value) || !reader.TrySkip(-length & 3)
                || !message.TryAccept((StunAttributeType)type, value, offset))
            {
                message = default;
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether MESSAGE-INTEGRITY is there and right under <paramref name="key"/>; in constant time.
    /// </summary>
    public readonly bool VerifyIntegrity(ReadOnlySpan<byte> key) =>
        HasIntegrity && MessageIntegrity.Verify(_datagram, _integrityOffset, key);

    private bool TryAccept(StunAttributeType type, ReadOnlySpan<byte> value, int offset)
    {
        if (type == StunAttributeType.Fingerprint)
        {
            HasFingerprint = true;
            return value.Length == 4 && Fingerprint.Verify(_datagram, offset);
        }

        if (HasIntegrity) return true;
        switch (type)
        {
            case StunAttributeType.MessageIntegrity:
                _integrityOffset = offset;
                return value.Length == MessageIntegrity.Length;
            case StunAttributeType.Username:
                if (Username.IsEmpty) Username = value;
                return true;
            case StunAttributeType.Realm:
                if (Realm.IsEmpty) Realm = value;
                return true;
            case StunAttributeType.Nonce:
                if (Nonce.IsEmpty) Nonce = value;
                return true;
            case StunAttributeType.Software:
                if (Software.IsEmpty) Software = value;
                return true;
            case StunAttributeType.XorMappedAddress:
                if (!XorMappedAddress.TryParse(value, Header.TransactionId, out var mapped)) return false;
                MappedAddress ??= mapped;
                return true;
            case StunAttributeType.ErrorCode:
                if (!TryReadErrorCode(value, out var code)) return false;
                ErrorCode ??= code;
                return true;
            default:
                return TryAcceptIce(type, value);
        }
    }

    private bool TryAcceptIce(StunAttributeType type, ReadOnlySpan<byte> value)
    {
        var reader = new SpanReader(value);
        switch (type)
        {
            case StunAttributeType.Priority:
                if (value.Length != 4 || !reader.TryReadUInt32(out var priority)) return false;
                Priority ??= priority;
                return true;
            case StunAttributeType.UseCandidate:
                UseCandidate = true;
                return value.IsEmpty;
            case StunAttributeType.IceControlled:
                if (value.Length != 8 || !reader.TryReadUInt64(out var controlled)) return false;
                Controlled ??= controlled;
                return true;
            case StunAttributeType.IceControlling:
                if (value.Length != 8 || !reader.TryReadUInt64(out var controlling)) return false;
                Controlling ??= controlling;
                return true;
            default:
                return TryAcceptTurn(type, value);
        }
    }

    private bool TryAcceptTurn(StunAttributeType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case StunAttributeType.XorRelayedAddress:
                if (!XorMappedAddress.TryParse(value, Header.TransactionId, out var relayed)) return false;
                if (relayed.IsIPv4) RelayedIPv4 ??= relayed;
                else RelayedIPv6 ??= relayed;
                return true;
            case StunAttributeType.Lifetime:
                var reader = new SpanReader(value);
                if (value.Length != 4 || !reader.TryReadUInt32(out var seconds)) return false;
                Lifetime ??= TimeSpan.FromSeconds(seconds);
                return true;
            case StunAttributeType.AlternateServer:
                if (!XorMappedAddress.TryParsePlain(value, out var alternate)) return false;
                AlternateServer ??= alternate;
                return true;
            case StunAttributeType.UnknownAttributes or StunAttributeType.MessageIntegritySha256:
                return true;
            default:
                if ((ushort)type < ComprehensionOptional) UnknownRequired ??= (ushort)type;
                return true;
        }
    }

    // |         Reserved, should be 0         |Class|     Number    |  Reason Phrase
    private static bool TryReadErrorCode(ReadOnlySpan<byte> value, out StunErrorCode code)
    {
        code = default;
        if (value.Length < 4) return false;
        var (hundreds, number) = (value[2] & 0b111, (int)value[3]);
        code = (StunErrorCode)((hundreds * 100) + number);
        return hundreds is >= 3 and <= 6 && number < 100;
    }
}
