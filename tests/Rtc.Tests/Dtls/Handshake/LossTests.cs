using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

public sealed class LossTests
{
    private const int Seeds = 200;

    [Theory]
    [InlineData(true, 0)]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [InlineData(false, 1)]
    public void Any_lost_flight_is_repeated(bool toServer, int lost)
    {
        var pair = DtlsPair.Create();
        var count = 0;
        (toServer ? pair.ToRight : pair.ToLeft).Drop = _ => count++ == lost;
        var start = pair.Now;
        pair.Connect();

        // Two round trips without a loss, and one interval of 50 ms.
        Assert.True(pair.Now - start < TimeSpan.FromMilliseconds(100), $"{pair.Now - start}");
        pair.AssertTalk();
    }

    [Fact]
    public void A_lost_last_flight_is_repeated_when_the_client_repeats_its_own()
    {
        var pair = DtlsPair.Create();
        var count = 0;
        pair.ToLeft.Drop = _ => count++ == 1;
        pair.Connect();

        Assert.Equal(1, pair.Right.Transport.Counters.LastFlightsRepeated);
        Assert.Equal(0, pair.Left.Transport.Counters.LastFlightsRepeated);
    }

    [Fact]
    public void A_repeated_flight_is_sealed_anew_under_a_number_of_its_own()
    {
        var pair = DtlsPair.Create();
        var numbers = new List<ulong>();
        pair.ToLeft.Drop = datagram =>
        {
            foreach (var record in Records.Split(datagram.ToArray()))
            {
                if (RecordHeader.TryParse(record, out var header) && header.Epoch == 1) numbers.Add(header.Sequence);
            }

            return numbers is [0];
        };
        pair.Connect();
        pair.AssertTalk();

        Assert.Equal([0ul, 1ul, 2ul], numbers);
    }

    [Theory]
    [InlineData((int)CipherSuite.EcdheEcdsaAes128GcmSha256)]
    [InlineData((int)CipherSuite.EcdheEcdsaAes256GcmSha384)]
    public void Loss_reordering_and_duplication_end_in_a_connection_for_every_seed(int suite)
    {
        var link = new LinkOptions
        {
            Loss = 0.25,
            Delay = DtlsPair.RoundTrip / 2,
            Jitter = TimeSpan.FromMilliseconds(5),
            Reorder = 0.2,
            ReorderDelay = TimeSpan.FromMilliseconds(40),
            Duplicate = 0.2,
        };
        for (var seed = 1UL; seed <= Seeds; seed++)
        {
            var pair = DtlsPair.Create(link, seed, suite: (CipherSuite)suite);
            pair.Connect();
            pair.ToLeft.Options = pair.ToRight.Options = LinkOptions.Clean(DtlsPair.RoundTrip / 2);
            pair.AssertTalk();
        }
    }

    [Fact]
    public void Records_of_a_flight_arrive_in_any_order()
    {
        var random = new SplitMix(7);
        for (var round = 0; round < 50; round++)
        {
            using var client = new DtlsEndpoint(TestIdentity.Client, random);
            using var server = new DtlsEndpoint(TestIdentity.Server, random);
            Shuffled(client, server, random);
            Assert.Equal(DtlsState.Connected, client.Transport.State);
            Assert.Equal(DtlsState.Connected, server.Transport.State);
        }
    }

    [Fact]
    public void A_repeated_hello_is_answered_only_when_the_answer_may_be_lost()
    {
        var pair = DtlsPair.Create();
        byte[]? hello = null;
        pair.ToRight.Drop = datagram =>
        {
            if (Records.Carries(datagram, HandshakeType.ClientHello)) hello ??= datagram.ToArray();
            return false;
        };
        pair.Start();
        pair.RunUntil(() => pair.ToLeft.PacketsSent == 1, DtlsPair.Soon, "answer");
        for (var copy = 0; copy < 1_000; copy++) pair.Right.HandleDatagram(pair.Now, hello);
        pair.Drain();

        Assert.Equal(1, pair.ToLeft.PacketsSent);
    }

    private static void Shuffled(DtlsEndpoint client, DtlsEndpoint server, SplitMix random)
    {
        var now = QuicPair.Rtc.Machine.Instant.Start;
        server.Transport.Start(
            now, new DtlsParameters(DtlsRole.Server, [TestIdentity.Client.Fingerprint()], DtlsPair.RoundTrip));
        client.Transport.Start(
            now, new DtlsParameters(DtlsRole.Client, [TestIdentity.Server.Fingerprint()], DtlsPair.RoundTrip));
        while (Move(client, server) | Move(server, client))
        {
        }

        bool Move(DtlsEndpoint from, DtlsEndpoint to)
        {
            var buffer = new byte[2_048];
            var records = new List<byte[]>();
            while (from.TryTransmit(now, buffer, out var length)) records.AddRange(Records.Split(buffer[..length]));
            foreach (var record in records.OrderBy(_ => random.Next()))
            {
                to.HandleDatagram(now, record);
                to.TakeEvents(now);
            }

            return records.Count > 0;
        }
    }
}
