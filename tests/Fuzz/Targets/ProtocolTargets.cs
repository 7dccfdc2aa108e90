using System.Buffers.Binary;
using System.Text;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Signaling;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Fuzz.Targets;

/// <summary>The parsers of QP/1.</summary>
internal static class ProtocolTargets
{
    public static void Frame(ReadOnlySpan<byte> input)
    {
        if (!Protocol.Frames.Frame.TryParse(input, out var frame)) return;
        var written = new byte[input.Length];
        Protocol.Frames.Frame.Write(frame.Kind, frame.IsLast, frame.Content, written);
        if (!input.SequenceEqual(written)) throw new InvalidDataException("A frame is not what it reads.");
    }

    /// <summary>A session that decrypts to what stands there; messages are behind their length in two bytes.</summary>
    public static void Channel(ReadOnlySpan<byte> input)
    {
        using var channel = new SecureChannel(new PlainCipher(), new SecureChannelOptions { MaxMessageBytes = 4096 });
        var out1 = new byte[ChannelLimits.MaxChannelMessage];
        for (var now = TimeSpan.Zero; input.Length >= sizeof(ushort); now += TimeSpan.FromSeconds(1))
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input), input.Length - sizeof(ushort));
            _ = channel.Receive(now, input.Slice(sizeof(ushort), length));
            input = input[(sizeof(ushort) + length)..];
            while (channel.TryTransmit(out1, out _))
            {
            }
        }
    }

    public static void Message(ReadOnlySpan<byte> input)
    {
        if (!MessageReader.TryRead(input, out var message, out _)) return;
        if (!MessageReader.TryRead(MessageWriter.Write(message), out _, out _))
        {
            throw new InvalidDataException("A message does not read what it wrote.");
        }
    }

    public static void Link(ReadOnlySpan<byte> input)
    {
        if (!PairingLink.TryParse(Encoding.UTF8.GetString(input), out var link, out string _)) return;
        _ = link.ToString();
    }

    public static void HandshakePayloads(ReadOnlySpan<byte> input)
    {
        Span<byte> padded = stackalloc byte[HandshakePayload.Length];
        input[..Math.Min(input.Length, padded.Length)].CopyTo(padded);
        _ = HandshakePayload.TryReadPhone(padded, out _);
        _ = HandshakePayload.TryReadMac(padded, out _);
        _ = HandshakePayload.TryReadPhone(input, out _);
    }

    public static void Pairing(ReadOnlySpan<byte> input)
    {
        if (!SealedPairing.TryRead(input, out var pairing)) return;
        if (!SealedPairing.TryRead(pairing.Write(), out var again)
            || !again.Secret.AsSpan().SequenceEqual(pairing.Secret)
            || !again.PublicKey.AsSpan().SequenceEqual(pairing.PublicKey)
            || again.Name != pairing.Name)
        {
            throw new InvalidDataException("A sealed pairing does not read what it wrote.");
        }
    }

    public static void Vouching(ReadOnlySpan<byte> input)
    {
        if (Voucher.TryRead(input, out var voucher) && !input.SequenceEqual(voucher.Write()))
        {
            throw new InvalidDataException("A voucher is not what it reads.");
        }
    }

    public static void SignedSdp(ReadOnlySpan<byte> input)
    {
        var text = Encoding.Latin1.GetString(input);
        Span<byte> fingerprint = stackalloc byte[32];
        var isRead = SignaledSdp.TryReadFingerprint(text, fingerprint);
        if (SignaledSdp.TryCheck(text, out _) && !isRead)
        {
            throw new InvalidDataException("A description is good and has no fingerprint.");
        }
    }

    private sealed class PlainCipher : ICipher
    {
        public int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination)
        {
            plaintext.CopyTo(destination);
            destination.Slice(plaintext.Length, ChannelLimits.Tag).Clear();
            return plaintext.Length + ChannelLimits.Tag;
        }

        public bool TryOpen(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length)
        {
            length = ciphertext.Length - ChannelLimits.Tag;
            if (length < 0) return false;
            ciphertext[..length].CopyTo(destination);
            return true;
        }

        public void RekeySending()
        {
        }

        public void RekeyReceiving()
        {
        }

        public void Dispose()
        {
        }
    }
}
