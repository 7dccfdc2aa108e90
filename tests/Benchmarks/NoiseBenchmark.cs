using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;

namespace QuicPair.Benchmarks;

/// <summary>The handshake of both sides, and one frame sealed and opened.</summary>
[MemoryDiagnoser]
public class NoiseBenchmark
{
    private static readonly byte[] Psk = RandomNumberGenerator.GetBytes(32);
    private static readonly byte[] Prologue = RandomNumberGenerator.GetBytes(115);
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private readonly SystemEphemerals _ephemerals = new();
    private readonly KeyPair _phone = KeyPair.Generate(new SystemEphemerals());
    private readonly KeyPair _mac = KeyPair.Generate(new SystemEphemerals());
    private readonly byte[] _payload = new byte[512];
    private readonly byte[] _message = new byte[700];
    private readonly byte[] _frame = new byte[16_384];
    private TransportState _sender = null!;
    private TransportState _receiver = null!;

    [Params(128, 1024, 16_363)]
    public int FrameBytes { get; set; }

    [GlobalSetup]
    public void Connect() => (_sender, _receiver) = Handshake();

    [Benchmark(Description = "handshake, both sides")]
    public int BothSides()
    {
        var (phone, mac) = Handshake();
        phone.Dispose();
        mac.Dispose();
        return 0;
    }

    [Benchmark(Description = "seal and open one frame")]
    public bool SealAndOpen()
    {
        var length = _sender.WriteMessage(_frame.AsSpan(0, FrameBytes), _frame);
        return _receiver.TryReadMessage(_frame.AsSpan(0, length), _frame, out _);
    }

    private (TransportState Phone, TransportState Mac) Handshake()
    {
        using var phone = new HandshakeState(Pattern, true, Prologue, _ephemerals, _phone, _mac.PublicKey);
        using var mac = new HandshakeState(Pattern, false, Prologue, _ephemerals, _mac);
        phone.SetPresharedKey(0, Psk);
        var length = phone.WriteMessage(_payload, _message);
        Require(mac.TryReadMessage(_message.AsSpan(0, length), _payload, out _));
        mac.SetPresharedKey(0, Psk);
        length = mac.WriteMessage(_payload, _message);
        Require(phone.TryReadMessage(_message.AsSpan(0, length), _payload, out _));
        return (phone.Split(), mac.Split());
    }

    private static void Require(bool accepted)
    {
        if (!accepted)
        {
            throw new InvalidOperationException("The handshake failed.");
        }
    }

    private sealed class SystemEphemerals : IEphemeralSource
    {
        public void Fill(Span<byte> privateKey) => RandomNumberGenerator.Fill(privateKey);
    }
}
