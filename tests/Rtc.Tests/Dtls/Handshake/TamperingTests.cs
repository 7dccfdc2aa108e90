using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

public sealed class TamperingTests
{
    /// <summary>Every message of a handshake; 20 is Finished, which is sealed.</summary>
    public static TheoryData<int, DtlsRole> Messages => new()
    {
        { (int)HandshakeType.ClientHello, DtlsRole.Client },
        { (int)HandshakeType.ServerHello, DtlsRole.Server },
        { (int)HandshakeType.Certificate, DtlsRole.Server },
        { (int)HandshakeType.ServerKeyExchange, DtlsRole.Server },
        { (int)HandshakeType.CertificateRequest, DtlsRole.Server },
        { (int)HandshakeType.ServerHelloDone, DtlsRole.Server },
        { (int)HandshakeType.Certificate, DtlsRole.Client },
        { (int)HandshakeType.ClientKeyExchange, DtlsRole.Client },
        { (int)HandshakeType.CertificateVerify, DtlsRole.Client },
        { (int)HandshakeType.Finished, DtlsRole.Client },
        { (int)HandshakeType.Finished, DtlsRole.Server },
    };

    [Fact]
    public void Without_tampering_both_ends_connect()
    {
        using var handshake = new TamperedHandshake();
        handshake.Run();

        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Client));
        Assert.Equal(DtlsState.Connected, handshake.StateOf(DtlsRole.Server));
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_flipped_bit(int type, DtlsRole sender)
    {
        var bits = LengthOf(type, sender) * 8;
        for (var bit = 0; bit < bits; bit++)
        {
            AssertRefused(type, sender, $"bit {bit}", content =>
            {
                content[bit / 8 % content.Length] ^= (byte)(1 << (bit % 8));
                return content;
            });
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_truncation(int type, DtlsRole sender)
    {
        var length = LengthOf(type, sender);
        for (var kept = 0; kept < length; kept++)
        {
            AssertRefused(type, sender, $"{kept} bytes", content => content[..Math.Min(kept, content.Length - 1)]);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_shorter_message_that_says_so_itself(int type, DtlsRole sender)
    {
        if (type is (int)HandshakeType.Finished or (int)HandshakeType.ServerHelloDone) return;
        var length = LengthOf(type, sender) - MessageHeader.Length;
        for (var kept = 0; kept < length; kept++)
        {
            AssertRefused(type, sender, $"{kept} bytes of body", content => Records.Message(
                (HandshakeType)type,
                content[5],
                content.AsSpan(MessageHeader.Length, Math.Min(kept, content.Length - MessageHeader.Length - 1))));
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Refuses_every_longer_message(int type, DtlsRole sender)
    {
        if (type == (int)HandshakeType.Finished) return;
        AssertRefused(type, sender, "a byte more", content => Records.Message(
            (HandshakeType)type, content[5], [.. content.AsSpan(MessageHeader.Length), 0]));
    }

    private static void AssertRefused(int type, DtlsRole sender, string what, Func<byte[], byte[]> change)
    {
        using var handshake = new TamperedHandshake
        {
            Rewrite = (role, record) => role == sender && IsWanted(record, type) ? Change(record, change) : record,
        };
        handshake.Run();
        var receiver = sender == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        Assert.True(handshake.StateOf(receiver) != DtlsState.Connected, $"{(HandshakeType)type}: {what}");
    }

    /// <summary>A message in the clear is changed inside its record; a sealed record as a whole.</summary>
    private static byte[] Change(byte[] record, Func<byte[], byte[]> change) => Records.IsClearMessage(record)
        ? Records.Wrap(change(Records.MessageOf(record)))
        : change([.. record]);

    private static bool IsWanted(byte[] record, int type) => type == (int)HandshakeType.Finished
        ? record[0] == 22 && record[4] == 1
        : Records.Is(record, (HandshakeType)type);

    private static int LengthOf(int type, DtlsRole sender)
    {
        var length = 0;
        using var handshake = new TamperedHandshake
        {
            Rewrite = (role, record) =>
            {
                if (role != sender || !IsWanted(record, type)) return record;
                length = Records.IsClearMessage(record) ? Records.MessageOf(record).Length : record.Length;
                return record;
            },
        };
        handshake.Run();
        Assert.True(length > 0);
        return length;
    }
}
