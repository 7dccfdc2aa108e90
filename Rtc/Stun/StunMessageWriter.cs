using System.Buffers.Binary;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Stun;

/// <summary>
/// Builds one message in the caller's buffer without allocating: header first, attributes in call order, then
/// <see cref="Complete"/>. Too small a buffer yields the length 0 and never throws.
/// </summary>
internal ref struct StunMessageWriter
{
    private const int MaximumReasonLength = 127;

    private readonly StunHeader _header;
    private SpanWriter _writer;

    public StunMessageWriter(Span<byte> destination, StunHeader header)
    {
        _header = header;
        _writer = new SpanWriter(destination);
        header.Write(ref _writer);
    }

    public void AddUsername(scoped ReadOnlySpan<byte> username) =>
        AddBytes(StunAttributeType.Username, username);

    public void AddSoftware(scoped ReadOnlySpan<byte> software) =>
        AddBytes(StunAttributeType.Software, software);

    public void AddRealm(scoped ReadOnlySpan<byte> realm) => AddBytes(StunAttributeType.Realm, realm);

    public void AddNonce(scoped ReadOnlySpan<byte> nonce) => AddBytes(StunAttributeType.Nonce, nonce);

    public void AddData(scoped ReadOnlySpan<byte> data) => AddBytes(StunAttributeType.Data, data);

    /// <summary>Asks for a relay of UDP, the only one there is (RFC 8656, section 18.8).</summary>
    public void AddRequestedTransport()
    {
        const uint udp = 17;
        AddAttributeHeader(StunAttributeType.RequestedTransport, sizeof(uint));
        _writer.WriteUInt32(udp << 24);
    }

    /// <summary>Asks for an IPv6 address besides the IPv4 one (RFC 8656, section 18.11).</summary>
    public void AddAdditionalIPv6() => AddIPv6(StunAttributeType.AdditionalAddressFamily);

    /// <summary>
    /// Asks for an IPv6 address and no other (RFC 8656, section 18.6); not beside <see cref="AddAdditionalIPv6"/>.
    /// </summary>
    public void AddRequestedIPv6() => AddIPv6(StunAttributeType.RequestedAddressFamily);

    public void AddLifetime(TimeSpan lifetime)
    {
        AddAttributeHeader(StunAttributeType.Lifetime, sizeof(uint));
        _writer.WriteUInt32((uint)lifetime.TotalSeconds);
    }

    public void AddChannelNumber(ushort number)
    {
        AddAttributeHeader(StunAttributeType.ChannelNumber, sizeof(uint));
        _writer.WriteUInt32((uint)number << 16);
    }

    public void AddPeerAddress(TransportAddress address) =>
        AddAddress(StunAttributeType.XorPeerAddress, address);

    public void AddRelayedAddress(TransportAddress address) =>
        AddAddress(StunAttributeType.XorRelayedAddress, address);

    /// <summary>Names another server, which no XOR protects (RFC 8489, section 14.15).</summary>
    public void AddAlternateServer(TransportAddress address)
    {
        AddAttributeHeader(StunAttributeType.AlternateServer, XorMappedAddress.Length(address));
        XorMappedAddress.WritePlain(ref _writer, address);
    }

    public void AddPriority(uint priority)
    {
        AddAttributeHeader(StunAttributeType.Priority, sizeof(uint));
        _writer.WriteUInt32(priority);
    }

    public void AddUseCandidate() => AddAttributeHeader(StunAttributeType.UseCandidate, 0);

    public void AddControlling(ulong tieBreaker)
    {
        AddAttributeHeader(StunAttributeType.IceControlling, sizeof(ulong));
        _writer.WriteUInt64(tieBreaker);
    }

    public void AddControlled(ulong tieBreaker)
    {
        AddAttributeHeader(StunAttributeType.IceControlled, sizeof(ulong));
        _writer.WriteUInt64(tieBreaker);
    }

    public void AddMappedAddress(TransportAddress address) =>
        AddAddress(StunAttributeType.XorMappedAddress, address);

    /// <param name="code">300 to 699.</param>
    /// <param name="reason">UTF-8, cut at 127 bytes.</param>
    public void AddErrorCode(StunErrorCode code, scoped ReadOnlySpan<byte> reason)
    {
        reason = reason[..Math.Min(reason.Length, MaximumReasonLength)];
        AddAttributeHeader(StunAttributeType.ErrorCode, 4 + reason.Length);
        _writer.WriteUInt16(0);
        _writer.WriteByte((byte)((int)code / 100));
        _writer.WriteByte((byte)((int)code % 100));
        _writer.WriteBytes(reason);
        Pad();
    }

    public void AddUnknownAttribute(ushort type)
    {
        AddAttributeHeader(StunAttributeType.UnknownAttributes, sizeof(ushort));
        _writer.WriteUInt16(type);
        Pad();
    }

    /// <summary>
    /// Ends the message with MESSAGE-INTEGRITY under <paramref name="key"/> (left out when the key is empty)
    /// and FINGERPRINT. Returns its length in bytes, or 0 when the buffer was too small.
    /// </summary>
    public int Complete(scoped ReadOnlySpan<byte> key)
    {
        if (!key.IsEmpty)
        {
            var prefix = _writer.Written;
            AddAttributeHeader(StunAttributeType.MessageIntegrity, MessageIntegrity.Length);
            if (_writer.TryReserve(MessageIntegrity.Length, out var integrity))
            {
                MessageIntegrity.Compute(prefix, key, integrity);
            }
        }

        var covered = _writer.Written;
        AddAttributeHeader(StunAttributeType.Fingerprint, sizeof(uint));
        if (!_writer.TryReserve(sizeof(uint), out var fingerprint)) return 0;
        BinaryPrimitives.WriteUInt16BigEndian(covered[2..], (ushort)(_writer.Position - StunHeader.Length));
        BinaryPrimitives.WriteUInt32BigEndian(fingerprint, Fingerprint.Compute(covered));
        return _writer.Position;
    }

    /// <summary>
    /// Ends an indication, which has neither MESSAGE-INTEGRITY nor, here, FINGERPRINT. Returns its length in bytes, or
    /// 0 when the buffer was too small.
    /// </summary>
    public readonly int CompleteBare()
    {
        if (_writer.HasOverflowed) return 0;
        var length = (ushort)(_writer.Position - StunHeader.Length);
        BinaryPrimitives.WriteUInt16BigEndian(_writer.Written[2..], length);
        return _writer.Position;
    }

    private void AddIPv6(StunAttributeType type)
    {
        const uint ipv6 = 2;
        AddAttributeHeader(type, sizeof(uint));
        _writer.WriteUInt32(ipv6 << 24);
    }

    private void AddAddress(StunAttributeType type, TransportAddress address)
    {
        AddAttributeHeader(type, XorMappedAddress.Length(address));
        XorMappedAddress.Write(ref _writer, address, _header.TransactionId);
    }

    private void AddBytes(StunAttributeType type, scoped ReadOnlySpan<byte> value)
    {
        AddAttributeHeader(type, value.Length);
        _writer.WriteBytes(value);
        Pad();
    }

    private void AddAttributeHeader(StunAttributeType type, int length)
    {
        _writer.WriteUInt16((ushort)type);
        _writer.WriteUInt16((ushort)length);
    }

    private void Pad() => _writer.WriteZeros(-_writer.Position & 3);
}
