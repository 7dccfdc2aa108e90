using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using QuicPair.Client.Session;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>A paired phone's end of a session in which anything may be said.</summary>
internal sealed class RawSession : IDisposable
{
    private readonly DataChannel _channel;
    private readonly ChannelReader<byte[]> _heard;
    private readonly SecureChannel _secure;

    private RawSession(DataChannel channel, ChannelReader<byte[]> heard, TransportState transport) =>
        (_channel, _heard, _secure) =
        (channel, heard, new SecureChannel(new NoiseCipher(transport), new SecureChannelOptions()));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Shakes hands under a link's keys and acknowledges the pairing.</summary>
    public static async Task<RawSession> Pair(DataChannel channel, byte[] prologue, PairingLink link)
    {
        var heard = Channel.CreateUnbounded<byte[]>();
        channel.OnMessage = (message, _) => heard.Writer.TryWrite(message.ToArray());
        _ = channel.Closed.ContinueWith(_ => heard.Writer.TryComplete(), TaskScheduler.Default);
        using var keys = KeyPair.Generate(new RandomKeys());
        using var noise = new HandshakeState(
            HandshakePattern.Parse("IKpsk2"), initiator: true, prologue, new RandomKeys(), keys, link.MacPublicKey);
        noise.SetPresharedKey(0, KeySchedule.Psk(link.Secret));
        var first = new byte[ChannelLimits.HandshakeMessage1];
        first[0] = (byte)ChannelMessageType.Handshake1;
        noise.WriteMessage(
            HandshakePayload.WritePhone(KeySchedule.DeviceId(link.Secret), "raw"), first.AsSpan(1));
        Assert.True(channel.TrySend(first));
        var second = await heard.Reader.ReadAsync(Cancellation);
        Assert.True(noise.TryReadMessage(second.AsSpan(1), new byte[HandshakePayload.Length], out _));

        var session = new RawSession(channel, heard.Reader, noise.Split());
        Assert.Contains("\"paired\"", await session.Next(), StringComparison.Ordinal);
        session.Say("""{"op":"paired_ack"}""");
        Assert.Contains("\"paired_done\"", await session.Next(), StringComparison.Ordinal);
        return session;
    }

    /// <summary>Sends one message in frames.</summary>
    public void Say(string json)
    {
        _secure.Send(Encoding.UTF8.GetBytes(json));
        var buffer = new byte[ChannelLimits.MaxChannelMessage];
        while (_secure.TryTransmit(buffer, out var length)) Throw(buffer.AsSpan(0, length));
    }

    /// <summary>Sends bytes as they are.</summary>
    public void Throw(ReadOnlySpan<byte> bytes) => Assert.True(_channel.TrySend(bytes));

    /// <summary>The next message, or null when the Mac has closed the channel.</summary>
    public async Task<string?> Next()
    {
        while (await _heard.WaitToReadAsync(Cancellation))
        {
            if (!_heard.TryRead(out var message)) continue;
            var input = _secure.Receive(TimeSpan.Zero, message);
            Assert.NotEqual(ChannelInputKind.Fatal, input.Kind);
            if (input.Kind == ChannelInputKind.Message) return Encoding.UTF8.GetString(input.Content.Span);
        }

        return null;
    }

    public void Dispose() => _secure.Dispose();

    private sealed class RandomKeys : IEphemeralSource
    {
        public void Fill(Span<byte> privateKey) => RandomNumberGenerator.Fill(privateKey);
    }
}
