using System.Security.Cryptography;
using System.Text;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Phones;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>A phone at the other end of a session: real Noise, real frames.</summary>
/// <param name="channel">The phone's end of the channel.</param>
/// <param name="session">The session; null when a host made it.</param>
/// <param name="run">Ends with the session.</param>
internal sealed class TestPhone(MemoryChannel channel, PhoneSession? session, Task run) : IDisposable
{
    private readonly Queue<string> _received = new();
    private SecureChannel? _secure;

    public MemoryChannel Channel => channel;

    public PhoneSession Session => session ?? throw new InvalidOperationException("The host has the session.");

    /// <summary>Ends with the session.</summary>
    public Task Run => run;

    /// <summary>h after the handshake.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>The Mac's close code, once it sent one.</summary>
    public QuicPair.Protocol.CloseCode? Closed { get; private set; }

    /// <summary>Shakes hands; false when the Mac's message 2 does not open.</summary>
    public async Task<bool> Handshake(
        HandshakeTerms terms, KeyPair phone, byte[] macPublic, byte[] psk, string? name = "phone")
    {
        using var noise = new HandshakeState(
            HandshakePattern.Parse("IKpsk2"), initiator: true, terms.Prologue(), RandomKeySource.Instance, phone,
            macPublic);
        noise.SetPresharedKey(0, psk);
        var first = new byte[609];
        first[0] = (byte)ChannelMessageType.Handshake1;
        noise.WriteMessage(HandshakePayload.WritePhone(terms.Offer.Device, name), first.AsSpan(1));
        await channel.FromPhone(first);
        var second = await channel.Next();
        Assert.NotNull(second);
        Assert.Equal((561, (byte)ChannelMessageType.Handshake2), (second.Length, second[0]));
        var payload = new byte[HandshakePayload.Length];
        if (!noise.TryReadMessage(second.AsSpan(1), payload, out _)) return false;
        Hash = noise.HandshakeHash.ToArray();
        _secure = new SecureChannel(new NoiseCipher(noise.Split()), new SecureChannelOptions());
        return true;
    }

    public async Task Send(string json)
    {
        _secure!.Send(Encoding.UTF8.GetBytes(json));
        await Transmit();
    }

    public async Task Ping()
    {
        _secure!.Ping(RandomNumberGenerator.GetBytes(8));
        await Transmit();
    }

    /// <summary>The next JSON message; null when the Mac closed.</summary>
    public async Task<string?> Next()
    {
        while (_received.Count == 0)
        {
            if (await channel.Next() is not { } message) return null;
            var input = _secure!.Receive(TimeSpan.Zero, message);
            Assert.NotEqual(ChannelInputKind.Fatal, input.Kind);
            if (input.Kind == ChannelInputKind.Closed) Closed = input.Code;
            if (input.Kind == ChannelInputKind.Message) _received.Enqueue(Encoding.UTF8.GetString(input.Content.Span));
            if (input.Kind == ChannelInputKind.Pong) _received.Enqueue("pong frame");
        }

        return _received.Dequeue();
    }

    /// <summary>Takes one frame, which is a ping.</summary>
    public async Task HearPing()
    {
        var message = await channel.Next();
        Assert.NotNull(message);
        Assert.Equal(ChannelInputKind.Nothing, _secure!.Receive(TimeSpan.Zero, message).Kind);
        var buffer = new byte[ChannelLimits.MaxChannelMessage];
        Assert.True(_secure.TryTransmit(buffer, out var length));
        await channel.FromPhone(buffer[..length]);
    }

    public async Task<List<string>> UntilEnd()
    {
        var messages = new List<string>();
        while (await Next() is { } message) messages.Add(message);
        return messages;
    }

    public void Dispose() => _secure?.Dispose();

    private async Task Transmit()
    {
        var buffer = new byte[ChannelLimits.MaxChannelMessage];
        while (_secure!.TryTransmit(buffer, out var length)) await channel.FromPhone(buffer[..length]);
    }
}
