using System.Buffers.Binary;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Machine;

namespace QuicPair.Fuzz.Targets;

/// <summary>
/// The record layer under a handshake that is over. The input is datagrams, each behind its length in two bytes.
/// </summary>
internal static class DtlsTarget
{
    public static void Records(ReadOnlySpan<byte> input)
    {
        var now = Instant.Start + TimeSpan.FromHours(1);
        var fingerprint = CertificateFingerprint.Of([1, 2, 3]);
        using var transport = new DtlsTransport(new FinishedHandshake());
        var answer = new byte[2048];
        for (var count = 0; input.Length >= sizeof(ushort); count++)
        {
            if (count == 1)
            {
                // The first datagram came before the handshake began.
                transport.Start(now, new DtlsParameters(DtlsRole.Server, [fingerprint], TimeSpan.FromMilliseconds(10)));
            }

            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input) % 3000, input.Length - sizeof(ushort));
            transport.HandleDatagram(now, input.Slice(sizeof(ushort), length));
            input = input[(sizeof(ushort) + length)..];
            while (transport.TryReceive(out _))
            {
            }

            while (transport.TryTransmit(now, answer, out _))
            {
            }
        }
    }

    private sealed class FinishedHandshake : IDtls
    {
        private readonly RecordLayer _records = new(new DtlsKeys
        {
            WriteKey = new byte[16],
            ReadKey = new byte[16],
            WriteSalt = new byte[4],
            ReadSalt = new byte[4],
        });

        public Instant? NextTimeout => null;

        public DtlsFailure? Failure => null;

        public bool IsComplete { get; private set; }

        public ReadOnlyMemory<byte> PeerCertificate => IsComplete ? new byte[] { 1, 2, 3 } : default;

        RecordLayer? IDtls.Records => IsComplete ? _records : null;

        public void Start(Instant now, DtlsParameters parameters)
        {
        }

        public void HandleRecords(Instant now, ReadOnlySpan<byte> records) => IsComplete = true;

        public bool TryRepeatLastFlight() => true;

        public void HandleTimeout(Instant now)
        {
        }

        public bool TryTransmit(Instant now, Span<byte> destination, out int length)
        {
            length = 0;
            return false;
        }

        public void Dispose() => _records.Dispose();
    }
}
