using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Tests.Dtls.Handshake;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>Records that no honest peer sends, while DTLS makes its keys.</summary>
public sealed class HandshakeRecordTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(0xFFFF)]
    public void Records_of_epochs_that_have_no_keys_delay_nothing(int epoch)
    {
        var pair = DtlsPair.Create();
        pair.Start();
        var record = new byte[RecordHeader.Length + 40];
        foreach (var type in new[] { ContentType.Handshake, ContentType.ApplicationData, (ContentType)60 })
        {
            for (var count = 0; count < 100; count++)
            {
                new RecordHeader(type, RecordHeader.Dtls12, (ushort)epoch, (ulong)count, 40).Write(record);
                pair.Left.HandleDatagram(pair.Now, record);
                pair.Right.HandleDatagram(pair.Now, record);
            }
        }

        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), DtlsPair.Soon, "connect");
    }

    [Fact]
    public void A_flood_of_hellos_draws_a_flight_now_and_then()
    {
        var pair = DtlsPair.Create();
        var hellos = new List<byte[]>();
        pair.ToRight.Drop = packet =>
        {
            hellos.Add(packet.ToArray());
            return true;
        };
        pair.Start();
        pair.RunFor(TimeSpan.FromMilliseconds(1));
        var (answers, output) = (0, new byte[2048]);
        for (var count = 0; count < 2000; count++)
        {
            pair.Right.HandleDatagram(pair.Now, hellos[0]);
            while (pair.Right.TryTransmit(pair.Now, output, out _)) answers++;
        }

        Assert.InRange(answers, 1, 20);
    }
}
