using System.Buffers.Binary;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

public sealed class TamperingTests
{
    // Where a ServerHello of ours names the suite, in its record; the compression stands behind it.
    private const int ChosenSuite = RecordHeader.Length + MessageHeader.Length + 35;

    // The low byte of the group in a ServerKeyExchange, in its record.
    private const int NamedGroupAt = RecordHeader.Length + MessageHeader.Length + 2;

    // Each group with a suite of its own, then the other way round, which is a soak's.
    private static readonly (NamedGroup Group, CipherSuite Suite)[] Terms =
    [
        (NamedGroup.Secp256r1, CipherSuite.EcdheEcdsaAes128GcmSha256),
        (NamedGroup.X25519, CipherSuite.EcdheEcdsaAes256GcmSha384),
        (NamedGroup.Secp256r1, CipherSuite.EcdheEcdsaAes256GcmSha384),
        (NamedGroup.X25519, CipherSuite.EcdheEcdsaAes128GcmSha256),
    ];

    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    /// <summary>
    /// Every message of a handshake, its sender, the group and the suite; 20 is Finished, which is sealed.
    /// </summary>
    public static TheoryData<int, DtlsRole, int, int> Messages()
    {
        var messages = new TheoryData<int, DtlsRole, int, int>();
        foreach (var (group, suite) in Terms.Take(IsSoak ? 4 : 2))
        {
            Add(HandshakeType.ClientHello, DtlsRole.Client);
            Add(HandshakeType.ServerHello, DtlsRole.Server);
            Add(HandshakeType.Certificate, DtlsRole.Server);
            Add(HandshakeType.ServerKeyExchange, DtlsRole.Server);
            Add(HandshakeType.CertificateRequest, DtlsRole.Server);
            Add(HandshakeType.ServerHelloDone, DtlsRole.Server);
            Add(HandshakeType.Certificate, DtlsRole.Client);
            Add(HandshakeType.ClientKeyExchange, DtlsRole.Client);
            Add(HandshakeType.CertificateVerify, DtlsRole.Client);
            Add(HandshakeType.Finished, DtlsRole.Client);
            Add(HandshakeType.Finished, DtlsRole.Server);

            void Add(HandshakeType type, DtlsRole sender) => messages.Add((int)type, sender, (int)group, (int)suite);
        }

        return messages;
    }

    [Theory]
    [InlineData((int)NamedGroup.Secp256r1, (int)CipherSuite.EcdheEcdsaAes128GcmSha256)]
    [InlineData((int)NamedGroup.Secp256r1, (int)CipherSuite.EcdheEcdsaAes256GcmSha384)]
    [InlineData((int)NamedGroup.X25519, (int)CipherSuite.EcdheEcdsaAes128GcmSha256)]
    [InlineData((int)NamedGroup.X25519, (int)CipherSuite.EcdheEcdsaAes256GcmSha384)]
    public void Without_tampering_both_ends_connect(int group, int suite)
    {
        byte[] agreed = [];
        using var handshake = new TamperedHandshake((NamedGroup)group, (CipherSuite)suite)
        {
            Rewrite = (_, record) =>
            {
                if (Records.Is(record, HandshakeType.ServerHello)) agreed = record[ChosenSuite..(ChosenSuite + 2)];
                if (Records.Is(record, HandshakeType.ServerKeyExchange)) agreed = [.. agreed, record[NamedGroupAt]];
                return record;
            },
        };
        handshake.Run();

        Assert.Equal([(byte)(suite >> 8), (byte)suite, (byte)group], agreed);
        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Client));
        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Server));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_flipped_bit(int type, DtlsRole sender, int group, int suite)
    {
        var target = new Target(type, sender, group, suite);
        var bits = LengthOf(target) * 8;
        for (var bit = 0; bit < bits; bit++)
        {
            AssertRefused(target, $"bit {bit}", content =>
            {
                content[bit / 8 % content.Length] ^= (byte)(1 << (bit % 8));
                return content;
            });
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_truncation(int type, DtlsRole sender, int group, int suite)
    {
        var target = new Target(type, sender, group, suite);
        var length = LengthOf(target);
        for (var kept = 0; kept < length; kept++)
        {
            AssertRefused(target, $"{kept} bytes", content => content[..Math.Min(kept, content.Length - 1)]);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_shorter_message_that_says_so_itself(int type, DtlsRole sender, int group, int suite)
    {
        if (type is (int)HandshakeType.Finished or (int)HandshakeType.ServerHelloDone) return;
        var target = new Target(type, sender, group, suite);
        var length = LengthOf(target) - MessageHeader.Length;
        for (var kept = 0; kept < length; kept++)
        {
            AssertRefused(target, $"{kept} bytes of body", content => Records.Message(
                (HandshakeType)type,
                content[5],
                content.AsSpan(MessageHeader.Length, Math.Min(kept, content.Length - MessageHeader.Length - 1))));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_longer_message(int type, DtlsRole sender, int group, int suite)
    {
        if (type == (int)HandshakeType.Finished) return;
        AssertRefused(new Target(type, sender, group, suite), "a byte more", content => Records.Message(
            (HandshakeType)type, content[5], [.. content.AsSpan(MessageHeader.Length), 0]));
    }

    /// <summary>extended_master_secret and renegotiation_info.</summary>
    [Theory]
    [InlineData((int)HandshakeType.ClientHello, DtlsRole.Client, 0x0017)]
    [InlineData((int)HandshakeType.ClientHello, DtlsRole.Client, 0xFF01)]
    [InlineData((int)HandshakeType.ServerHello, DtlsRole.Server, 0x0017)]
    [InlineData((int)HandshakeType.ServerHello, DtlsRole.Server, 0xFF01)]
    public void A_hello_without_what_is_required_is_not_answered(int type, DtlsRole sender, int kind) =>
        AssertNotAnswered(type, sender, record => Records.WithExtensions(
            record, all => all.Where(each => BinaryPrimitives.ReadUInt16BigEndian(each) != kind)));

    [Theory]
    [InlineData((int)HandshakeType.ClientHello, DtlsRole.Client)]
    [InlineData((int)HandshakeType.ServerHello, DtlsRole.Server)]
    public void A_hello_that_says_something_twice_is_not_answered(int type, DtlsRole sender) =>
        AssertNotAnswered(type, sender, record => Records.WithExtensions(record, all => [.. all, all[0]]));

    /// <summary>With CBC, 3DES, RSA without forward secrecy, a certificate of RSA.</summary>
    [Theory]
    [InlineData(0xC023)]
    [InlineData(0xC008)]
    [InlineData(0x009C)]
    [InlineData(0xC02F)]
    public void Two_suites_are_offered_and_no_other_is_taken(int suite)
    {
        const int offer = RecordHeader.Length + MessageHeader.Length + 36;
        byte[] other = [(byte)(suite >> 8), (byte)suite];
        byte[] offered = [];
        AssertNotAnswered((int)HandshakeType.ClientHello, DtlsRole.Client, record =>
        {
            offered = record[offer..(offer + 8)];
            return [.. record[..(offer + 2)], .. other, .. other, .. record[(offer + 6)..]];
        });
        AssertNotAnswered((int)HandshakeType.ServerHello, DtlsRole.Server, record =>
            [.. record[..ChosenSuite], .. other, .. record[(ChosenSuite + 2)..]]);

        // Behind the suites stands the one method of compression that is offered: none.
        Assert.Equal([0, 4, 0xC0, 0x2B, 0xC0, 0x2C, 1, 0], offered);
    }

    [Fact]
    public void A_server_that_compresses_is_not_answered() =>
        AssertNotAnswered((int)HandshakeType.ServerHello, DtlsRole.Server, record =>
            [.. record[..(ChosenSuite + 2)], 1, .. record[(ChosenSuite + 3)..]]);

    [Fact]
    public void A_change_cipher_spec_before_every_record_changes_nothing()
    {
        using var handshake = new TamperedHandshake
        {
            Rewrite = (_, record) => [.. Records.Wrap([1], type: 20), .. record],
        };
        handshake.Run();

        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Client));
        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Server));
    }

    [Theory]
    [InlineData(DtlsRole.Client, 4)]
    [InlineData(DtlsRole.Server, 5)]
    public void A_Finished_in_the_clear_is_not_looked_at(DtlsRole sender, int number)
    {
        using var handshake = new TamperedHandshake
        {
            Rewrite = (role, record) => role == sender && IsWanted(record, (int)HandshakeType.Finished)
                ? Records.Wrap(Records.Message(HandshakeType.Finished, (ushort)number, new byte[12]))
                : record,
        };
        handshake.Run();

        // It is a wrong one: whoever looked at it would have ended the handshake.
        Assert.Equal(DtlsState.Handshaking, handshake.StateOf(Other(sender)));
    }

    /// <summary>The receiver ends the handshake before it says anything in answer to this hello.</summary>
    private static void AssertNotAnswered(int type, DtlsRole sender, Func<byte[], byte[]> change)
    {
        var isAnswered = false;
        using var handshake = new TamperedHandshake
        {
            Rewrite = (role, record) =>
            {
                isAnswered |= role != sender
                    && (Records.Is(record, HandshakeType.ServerHello) || Records.Is(record, HandshakeType.Certificate));
                return role == sender && Records.Is(record, (HandshakeType)type) ? change(record) : record;
            },
        };
        handshake.Run();

        Assert.False(isAnswered);
        Assert.Equal(DtlsFailure.ProtocolError, handshake.FailureOf(Other(sender)));
    }

    private static DtlsRole Other(DtlsRole role) => role == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;

    private static void AssertRefused(Target target, string what, Func<byte[], byte[]> change)
    {
        using var handshake = new TamperedHandshake((NamedGroup)target.Group, (CipherSuite)target.Suite)
        {
            Rewrite = (role, record) => role == target.Sender && IsWanted(record, target.Type)
                ? Change(record, change)
                : record,
        };
        handshake.Run();
        Assert.True(handshake.StateOf(Other(target.Sender)) != DtlsState.Connected, $"{target}: {what}");
    }

    /// <summary>A message in the clear is changed inside its record; a sealed record as a whole.</summary>
    private static byte[] Change(byte[] record, Func<byte[], byte[]> change) => Records.IsClearMessage(record)
        ? Records.Wrap(change(Records.MessageOf(record)))
        : change([.. record]);

    private static bool IsWanted(byte[] record, int type) => type == (int)HandshakeType.Finished
        ? record[0] == 22 && record[4] == 1
        : Records.Is(record, (HandshakeType)type);

    private static int LengthOf(Target target)
    {
        var length = 0;
        using var handshake = new TamperedHandshake((NamedGroup)target.Group, (CipherSuite)target.Suite)
        {
            Rewrite = (role, record) =>
            {
                if (role != target.Sender || !IsWanted(record, target.Type)) return record;
                length = Records.IsClearMessage(record) ? Records.MessageOf(record).Length : record.Length;
                return record;
            },
        };
        handshake.Run();
        Assert.True(length > 0);
        return length;
    }

    /// <summary>Which message is changed, and what the ends agree on where nothing is.</summary>
    private readonly record struct Target(int Type, DtlsRole Sender, int Group, int Suite);
}
