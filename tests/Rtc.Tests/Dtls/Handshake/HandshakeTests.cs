using System.Security.Cryptography;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Dtls.Messages;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

public sealed class HandshakeTests
{
    [Theory]
    [InlineData((int)CipherSuite.EcdheEcdsaAes128GcmSha256)]
    [InlineData((int)CipherSuite.EcdheEcdsaAes256GcmSha384)]
    public void Both_ends_see_the_certificate_of_the_other_and_talk(int suite)
    {
        var pair = DtlsPair.Create(suite: (CipherSuite)suite);
        pair.Connect();

        Assert.Equal(TestIdentity.Server.Certificate.ToArray(), pair.Left.Transport.PeerCertificate.ToArray());
        Assert.Equal(TestIdentity.Client.Certificate.ToArray(), pair.Right.Transport.PeerCertificate.ToArray());
        pair.AssertTalk();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void The_group_is_one_that_both_have(bool clientHasX25519, bool serverHasX25519)
    {
        var client = TestIdentity.Create(clientHasX25519 ? new ReferenceX25519() : null);
        var server = TestIdentity.Create(serverHasX25519 ? new ReferenceX25519() : null);
        var pair = DtlsPair.Create(client: client, server: server);
        byte[]? group = null;
        pair.ToLeft.Drop = datagram =>
        {
            var exchange = Records.Split(datagram.ToArray())
                .Find(record => Records.Is(record, HandshakeType.ServerKeyExchange));
            group ??= exchange?[(13 + 12 + 1)..(13 + 12 + 3)];
            return false;
        };
        pair.Start(client.Fingerprint(), server.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), DtlsPair.Soon, "connect");

        Assert.Equal([0, (byte)(clientHasX25519 && serverHasX25519 ? 29 : 23)], group);
        pair.AssertTalk();
    }

    [Fact]
    public void A_flight_is_one_datagram()
    {
        var pair = DtlsPair.Create();
        pair.Connect();

        Assert.Equal((2, 2), (pair.ToRight.PacketsSent, pair.ToLeft.PacketsSent));
    }

    [Fact]
    public void A_flight_that_does_not_fit_a_datagram_is_cut()
    {
        // 1,250 bytes of certificate, as far as anybody but its owner can tell.
        var identity = TestIdentity.Client;
        var longest = 0;
        var pair = DtlsPair.Create(LinkOptions.Clean(DtlsPair.RoundTrip / 2) with { Mtu = 1_200 }, client: identity with
        {
            Certificate = (byte[])[.. identity.Certificate.Span, .. new byte[1_250 - identity.Certificate.Length]],
        });
        pair.ToRight.Drop = datagram =>
        {
            longest = Math.Max(longest, datagram.Length);
            return false;
        };
        pair.Start();
        pair.RunUntil(() => pair.Right.Transport.State == DtlsState.Failed, DtlsPair.Soon, "see it");

        Assert.Equal(DtlsFailure.FingerprintMismatch, pair.Right.Transport.Failure);
        Assert.Equal(1_200, longest);
    }

    [Fact]
    public void Nobody_talks_to_a_server_that_is_not_the_one_described()
    {
        var pair = DtlsPair.Create();
        pair.Start(expectedServer: TestIdentity.Client.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        Assert.Equal(DtlsFailure.FingerprintMismatch, pair.Left.Transport.Failure);
        Assert.Equal(DtlsFailure.AlertReceived, pair.Right.Transport.Failure);
    }

    [Fact]
    public void Nobody_talks_to_a_client_that_is_not_the_one_described()
    {
        var pair = DtlsPair.Create();
        pair.Start(expectedClient: TestIdentity.Server.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        Assert.Equal(DtlsFailure.FingerprintMismatch, pair.Right.Transport.Failure);
        Assert.Equal(DtlsFailure.AlertReceived, pair.Left.Transport.Failure);
        Assert.True(pair.Right.Transport.PeerCertificate.IsEmpty);
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void A_certificate_without_its_key_is_worth_nothing(DtlsRole thief)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pair = thief == DtlsRole.Client
            ? DtlsPair.Create(client: TestIdentity.Client with { Key = other })
            : DtlsPair.Create(server: TestIdentity.Server with { Key = other });
        pair.Start();
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        var victim = thief == DtlsRole.Client ? pair.Right : pair.Left;
        Assert.Equal(DtlsFailure.ProtocolError, victim.Transport.Failure);
    }

    [Fact]
    public void A_key_on_another_curve_is_refused()
    {
        var server = TestIdentity.Create(null, ECCurve.NamedCurves.nistP384);
        var pair = DtlsPair.Create(server: server);
        pair.Start(expectedServer: server.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        Assert.Equal(DtlsFailure.ProtocolError, pair.Left.Transport.Failure);
    }

    [Fact]
    public void A_certificate_with_a_curve_of_its_own_is_refused()
    {
        var server = TestIdentity.CreateWithOwnCurve();
        var pair = DtlsPair.Create(server: server);
        pair.Start(expectedServer: server.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        Assert.Equal(DtlsFailure.ProtocolError, pair.Left.Transport.Failure);
    }

    [Fact]
    public void What_is_no_certificate_is_refused_though_it_was_promised()
    {
        var server = TestIdentity.Server with { Certificate = TestIdentity.Server.Certificate[..^9] };
        var pair = DtlsPair.Create(server: server);
        pair.Start(expectedServer: server.Fingerprint());
        pair.RunUntil(() => pair.AreBoth(DtlsState.Failed), DtlsPair.Soon, "fail");

        Assert.Equal(DtlsFailure.ProtocolError, pair.Left.Transport.Failure);
    }

    [Fact]
    public void A_point_that_is_not_on_the_curve_is_refused()
    {
        using var ours = new Secp256r1Share();
        using var theirs = new Secp256r1Share();
        byte[] point = [.. theirs.PublicKey];
        Assert.True(ours.TryAgree(point, new byte[32]));

        byte[] beside = [.. point[..^1], (byte)(point[^1] ^ 1)];
        byte[] compressed = [2, .. point[1..33]];
        byte[] zero = [4, .. new byte[64]];
        foreach (var wrong in new[] { beside, compressed, zero, point[..^1] })
        {
            Assert.False(ours.TryAgree(wrong, new byte[32]));
        }
    }

    [Fact]
    public void Each_handshake_has_key_shares_of_its_own()
    {
        var shares = new HashSet<string>();
        for (var round = 0; round < 2; round++)
        {
            var pair = DtlsPair.Create();
            pair.ToLeft.Drop = datagram => Note(datagram, HandshakeType.ServerKeyExchange, 4);
            pair.ToRight.Drop = datagram => Note(datagram, HandshakeType.ClientKeyExchange, 1);
            pair.Connect();
        }

        Assert.Equal(4, shares.Count);

        bool Note(ReadOnlyMemory<byte> datagram, HandshakeType type, int at)
        {
            var record = Records.Split(datagram.ToArray()).Find(each => Records.Is(each, type));
            if (record is not null) shares.Add(Convert.ToHexString(record.AsSpan(13 + 12 + at, 65)));
            return false;
        }
    }

    [Fact]
    public void Silence_ends_after_thirty_seconds()
    {
        var pair = DtlsPair.Create();
        pair.ToLeft.Drop = _ => true;
        pair.ToRight.Drop = _ => true;
        pair.Start();
        pair.RunFor(TimeSpan.FromSeconds(29));
        Assert.True(pair.AreBoth(DtlsState.Handshaking));
        pair.RunFor(TimeSpan.FromSeconds(2));

        Assert.Equal((DtlsFailure.Timeout, DtlsFailure.Timeout), (
            pair.Left.Transport.Failure!.Value, pair.Right.Transport.Failure!.Value));

        // 50 ms, doubled up to 3 s: not one every 50 ms.
        Assert.InRange(pair.ToRight.PacketsSent, 10, 18);
    }

    [Fact]
    public void A_client_speaks_half_a_round_trip_before_the_server_has_finished()
    {
        var pair = DtlsPair.Create();
        pair.Start();
        pair.RunUntil(() => pair.Left.Transport.CanSeal, DtlsPair.Soon, "keys");
        Assert.Equal(DtlsState.Handshaking, pair.Left.Transport.State);
        pair.Left.Send("first"u8);
        var sentAt = pair.Now;
        pair.RunUntil(() => pair.Right.Received.Count > 0, DtlsPair.Soon, "arrive");

        Assert.Equal(DtlsPair.RoundTrip / 2, pair.Now - sentAt);
        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), DtlsPair.Soon, "connect");
    }

    [Fact]
    public void Records_that_come_before_the_start_are_kept()
    {
        var pair = DtlsPair.Create();
        var expected = TestIdentity.Server.Fingerprint();
        pair.Left.Transport.Start(pair.Now, new DtlsParameters(DtlsRole.Client, [expected], DtlsPair.RoundTrip));
        pair.RunUntil(() => pair.Right.Transport.Counters.EarlyRecords == 1, DtlsPair.Soon, "arrive");
        pair.Start();
        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), DtlsPair.Soon, "connect");

        Assert.Equal(2, pair.ToRight.PacketsSent);
    }

    [Fact]
    public void Of_a_flood_before_the_start_eight_datagrams_are_kept()
    {
        var pair = DtlsPair.Create();
        var transport = pair.Right.Transport;
        for (var count = 0; count < 1_000; count++) transport.HandleDatagram(pair.Now, Records.Wrap(new byte[40]));

        Assert.Equal((8, 992), (transport.Counters.EarlyRecords, transport.Counters.DroppedRecords));
    }

    [Fact]
    public void A_client_answers_three_requests_for_a_cookie_and_no_more()
    {
        var pair = DtlsPair.Create();
        var buffer = new byte[2_048];
        pair.Start();
        for (byte number = 0; number < 4; number++)
        {
            Assert.True(pair.Left.TryTransmit(pair.Now, buffer, out var length));
            Assert.True(Records.Carries(buffer.AsMemory(0, length), HandshakeType.ClientHello));
            pair.Left.HandleDatagram(pair.Now, Records.Wrap(Records.Message(
                HandshakeType.HelloVerifyRequest, number, [0xFE, 0xFF, 1, number])));
        }

        Assert.Equal(DtlsFailure.ProtocolError, pair.Left.Transport.Failure);
    }

    [Fact]
    public void Nothing_begins_a_second_handshake()
    {
        var pair = DtlsPair.Create();
        byte[] hello = [];
        pair.ToRight.Drop = datagram =>
        {
            if (Records.Carries(datagram, HandshakeType.ClientHello)) hello = Records.MessageOf(datagram.ToArray());
            return false;
        };
        pair.Connect();
        var sent = (pair.ToLeft.PacketsSent, pair.ToRight.PacketsSent);
        foreach (var message in new[] { hello, Records.Message(HandshakeType.HelloRequest, 0, []) })
        {
            Hear(pair.Right, Records.Wrap(message), pair.Left.Seal(ContentType.Handshake, message));
            Hear(pair.Left, Records.Wrap(message), pair.Right.Seal(ContentType.Handshake, message));
        }

        pair.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(sent, (pair.ToLeft.PacketsSent, pair.ToRight.PacketsSent));
        pair.AssertTalk();

        void Hear(DtlsEndpoint end, params byte[][] records)
        {
            foreach (var record in records)
            {
                end.HandleDatagram(pair.Now, record);
                end.TakeEvents(pair.Now);
            }
        }
    }

    [Fact]
    public void Application_data_that_overtakes_the_last_flight_is_kept()
    {
        var pair = DtlsPair.Create();
        pair.Right.Send("early"u8);
        var dropped = 0;

        // The server's last flight starts with change_cipher_spec.
        pair.ToLeft.Drop = datagram => datagram.Span[0] == 20 && dropped++ == 0;
        pair.Start();
        pair.RunUntil(() => pair.Left.Received.Count == 1, DtlsPair.Soon, "arrive");

        Assert.Equal(1, pair.Left.Transport.Counters.EarlyRecords);
        Assert.Equal(1, pair.Right.Transport.Counters.LastFlightsRepeated);
    }

    [Fact]
    public void Closing_tells_the_other_end()
    {
        var pair = DtlsPair.Create();
        pair.Connect();
        pair.Left.Transport.Close();
        pair.RunUntil(() => pair.AreBoth(DtlsState.Closed), DtlsPair.Soon, "close");
    }

    [Theory]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public void Records_of_unknown_epochs_are_dropped(DtlsRole receiver)
    {
        var pair = DtlsPair.Create();
        pair.Start();
        var end = receiver == DtlsRole.Client ? pair.Left : pair.Right;
        foreach (var epoch in new byte[] { 1, 2, 255 })
        {
            var record = Records.Wrap(new byte[40]);
            record[4] = epoch;
            end.HandleDatagram(pair.Now, record);
        }

        pair.RunUntil(() => pair.AreBoth(DtlsState.Connected), DtlsPair.Soon, "connect");
        pair.AssertTalk();
    }

    [Fact]
    public void Junk_is_dropped_and_counted()
    {
        var pair = DtlsPair.Create();
        pair.Connect();
        var record = new byte[100];
        Assert.True(pair.Left.Transport.TrySeal("once"u8, record, out var length));
        record = record[..length];
        byte[] tampered = [.. record];
        tampered[^1] ^= 1;
        byte[][] datagrams = [tampered, record[..^1], [23], [.. record], [.. record]];
        foreach (var datagram in datagrams)
        {
            pair.Right.HandleDatagram(pair.Now, datagram);
            pair.Right.TakeEvents(pair.Now);
        }

        Assert.Equal(["once"u8.ToArray()], pair.Right.Received);
        Assert.Equal(4, pair.Right.Transport.Counters.DroppedRecords);
    }
}
