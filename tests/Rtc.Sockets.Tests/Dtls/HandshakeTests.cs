using System.Buffers.Binary;
using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

public sealed class HandshakeTests : IDisposable
{
    private readonly DtlsPair _pair = new();

    [Fact]
    public async Task Both_ends_see_the_certificate_of_the_other_and_talk()
    {
        await _pair.Connect();

        var (client, server) = (_pair.Client, _pair.Server);
        Assert.Equal(server.Certificate.Der.ToArray(), client.Transport.PeerCertificate.ToArray());
        Assert.Equal(client.Certificate.Der.ToArray(), server.Transport.PeerCertificate.ToArray());
        AssertTalk();
    }

    [Fact]
    public async Task A_flight_is_one_datagram()
    {
        RepeatLate();
        var flights = new List<int>();
        _pair.Wire = (_, datagrams) =>
        {
            if (datagrams.Count > 0) flights.Add(datagrams.Count);
            return datagrams;
        };
        await _pair.Connect();

        Assert.Equal([1, 1, 1, 1], flights);
    }

    [Fact]
    public async Task Nobody_talks_to_a_server_that_is_not_the_one_described()
    {
        _pair.Server.Start(DtlsRole.Server, _pair.Client.Certificate.Fingerprint);
        _pair.Client.Start(DtlsRole.Client, _pair.Client.Certificate.Fingerprint);
        await _pair.RunUntil(() => _pair.AreBoth(DtlsState.Failed));

        Assert.Equal(DtlsFailure.FingerprintMismatch, _pair.Client.Transport.Failure);
        Assert.Equal(DtlsFailure.AlertReceived, _pair.Server.Transport.Failure);
    }

    [Fact]
    public async Task Nobody_talks_to_a_client_that_is_not_the_one_described()
    {
        _pair.Server.Start(DtlsRole.Server, _pair.Server.Certificate.Fingerprint);
        _pair.Client.Start(DtlsRole.Client, _pair.Server.Certificate.Fingerprint);
        await _pair.RunUntil(() => _pair.AreBoth(DtlsState.Failed));

        Assert.Equal(DtlsFailure.FingerprintMismatch, _pair.Server.Transport.Failure);
        Assert.Equal(DtlsFailure.AlertReceived, _pair.Client.Transport.Failure);
        Assert.True(_pair.Server.Transport.PeerCertificate.IsEmpty);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_lost_flight_is_repeated(int lost)
    {
        var count = 0;
        _pair.Wire = (_, datagrams) => datagrams.Where(_ => count++ != lost);
        await _pair.Connect();

        if (lost == 3) Assert.True(_pair.Server.Transport.Counters.LastFlightsRepeated > 0);
        AssertTalk();
    }

    [Fact]
    public async Task Records_arrive_in_any_order()
    {
        _pair.Wire = (_, datagrams) => datagrams.SelectMany(SplitRecords).Reverse();
        await _pair.Connect();

        AssertTalk();
    }

    [Fact]
    public async Task A_single_lost_record_of_a_flight_ends_nothing()
    {
        var round = 0;
        _pair.Wire = (_, datagrams) =>
        {
            var records = datagrams.SelectMany(SplitRecords).ToList();
            if (records.Count > 1 && round < 5) records.RemoveAt(round++ % records.Count);
            return records;
        };
        await _pair.Connect();

        AssertTalk();
    }

    [Fact]
    public async Task A_client_hello_may_come_in_pieces()
    {
        _pair.Wire = (from, datagrams) =>
            from == _pair.Client ? datagrams.SelectMany(SplitClientHello) : datagrams;
        await _pair.Connect();

        AssertTalk();
    }

    [Fact]
    public async Task Application_data_that_overtakes_the_last_flight_is_kept()
    {
        List<byte[]>? lastFlight = null;
        _pair.Wire = (from, datagrams) =>
        {
            // The server's last flight starts with change_cipher_spec.
            var isLast = from == _pair.Server && datagrams is [[20, ..], ..];
            if (!isLast) return datagrams;
            lastFlight = datagrams;
            return [];
        };
        _pair.Start();
        await _pair.RunUntil(() => lastFlight is not null && _pair.Server.Transport.State == DtlsState.Connected);
        _pair.Client.Handle(_pair.Server.Seal("early"u8));
        Assert.Empty(_pair.Client.Received);

        foreach (var datagram in lastFlight!) _pair.Client.Handle(datagram);
        await _pair.RunUntil(() => _pair.AreBoth(DtlsState.Connected));

        Assert.Equal(["early"u8.ToArray()], _pair.Client.Received);
    }

    [Fact]
    public async Task Records_that_come_before_the_start_are_kept()
    {
        RepeatLate();
        _pair.Client.Start(DtlsRole.Client, _pair.Server.Certificate.Fingerprint);
        await _pair.RunUntil(() => _pair.Server.Transport.Counters.EarlyRecords == 1);
        var sent = 0;
        _pair.Wire = (from, datagrams) =>
        {
            if (from == _pair.Client) sent += datagrams.Count;
            return datagrams;
        };
        _pair.Server.Start(DtlsRole.Server, _pair.Client.Certificate.Fingerprint);
        await _pair.RunUntil(() => _pair.AreBoth(DtlsState.Connected));

        Assert.Equal(1, sent);
    }

    [Fact]
    public async Task Closing_tells_the_other_end()
    {
        await _pair.Connect();
        _pair.Client.Transport.Close();
        await _pair.RunUntil(() => _pair.AreBoth(DtlsState.Closed));
    }

    [Fact]
    public async Task Junk_is_dropped_and_counted()
    {
        await _pair.Connect();
        var record = _pair.Client.Seal("once"u8);
        byte[] tampered = [.. record];
        tampered[^1] ^= 1;
        byte[][] datagrams = [tampered, record[..^1], [23], [.. record], [.. record]];
        foreach (var datagram in datagrams) _pair.Server.Handle(datagram);

        Assert.Equal(["once"u8.ToArray()], _pair.Server.Received);
        Assert.Equal(4, _pair.Server.Transport.Counters.DroppedRecords);
    }

    public void Dispose() => _pair.Dispose();

    private static IEnumerable<byte[]> SplitRecords(byte[] datagram)
    {
        for (var position = 0; position < datagram.Length;)
        {
            var next = position + 13 + BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(position + 11));
            yield return datagram[position..next];
            position = next;
        }
    }

    /// <summary>
    /// Cuts the message of a ClientHello record in two, as a client with large key shares does.
    /// </summary>
    private static IEnumerable<byte[]> SplitClientHello(byte[] datagram)
    {
        const int recordHeader = 13, messageHeader = 12;
        if (datagram[recordHeader] != 1) return [datagram];
        var body = datagram.AsSpan(recordHeader + messageHeader);
        var half = body.Length / 2;
        return [Piece(datagram, 0, half, 0), Piece(datagram, half, body.Length - half, 1)];
    }

    private static byte[] Piece(byte[] datagram, int offset, int length, byte sequence)
    {
        byte[] piece = [.. datagram[..25], .. datagram.AsSpan(25 + offset, length)];
        piece[10] = sequence;
        BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(11), (ushort)(12 + length));
        BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(20), (ushort)offset);
        BinaryPrimitives.WriteUInt16BigEndian(piece.AsSpan(23), (ushort)length);
        return piece;
    }

    private void RepeatLate()
    {
        _pair.Client.RoundTrip = TimeSpan.FromMinutes(1);
        _pair.Server.RoundTrip = TimeSpan.FromMinutes(1);
    }

    private void AssertTalk()
    {
        _pair.Server.Handle(_pair.Client.Seal("ping"u8));
        _pair.Client.Handle(_pair.Server.Seal("pong"u8));

        Assert.Equal(["ping"u8.ToArray()], _pair.Server.Received);
        Assert.Equal(["pong"u8.ToArray()], _pair.Client.Received);
    }
}
