using System.Diagnostics.CodeAnalysis;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp;

/// <summary>
/// The INIT chunk of one end as its description carries it, in place of the handshake (draft-hancke-tsvwg-snap):
/// <c>a=sctp-init:</c> and the whole chunk in base64.
/// </summary>
/// <param name="InitiateTag">The tag in packets to this end.</param>
/// <param name="InitialTsn">The TSN of its first DATA chunk.</param>
/// <param name="ReceiveWindow">Its window in bytes.</param>
/// <param name="Capabilities">The extensions it understands.</param>
internal sealed record SctpInit(
    uint InitiateTag, Tsn InitialTsn, uint ReceiveWindow, PeerCapabilities Capabilities)
{
    // Ours: a line of a description has 512 bytes at most; browsers need 40 characters.
    private const int TextLengthMax = 400;

    /// <summary>Chooses the numbers of our own end.</summary>
    public static SctpInit Create(SctpOptions options, IEntropy entropy) => new(
        // "The Initiate Tag ... MUST NOT take the value 0".
        Math.Max(1, entropy.NextNumber()),
        new Tsn(entropy.NextNumber()),
        (uint)options.ReceiveWindow,
        PeerCapabilities.Own);

    /// <summary>Reads the attribute; false, and to be ignored, if it is not one whole INIT in base64.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SctpInit? init)
    {
        init = null;
        Span<byte> bytes = stackalloc byte[TextLengthMax];
        if (text is null || text.Length > TextLengthMax || text.AsSpan().ContainsAny(" \t\r\n")
            || !Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        var reader = new ChunkReader(bytes[..length]);
        if (!reader.TryRead(out var type, out var bare) || type != ChunkType.Init || reader.HasMore
            || !InitChunk.TryParse(bare, out var chunk)
            || !PeerCapabilities.TryParse(chunk.Parameters, out var capabilities, out _, [], out _))
        {
            return false;
        }

        init = new SctpInit(chunk.InitiateTag, chunk.InitialTsn, chunk.ReceiveWindow, capabilities);
        return true;
    }

    /// <summary>Writes the attribute of our own end.</summary>
    public string Format()
    {
        var chunk = new InitChunk
        {
            IsAck = false,
            InitiateTag = InitiateTag,
            ReceiveWindow = ReceiveWindow,
            OutboundStreams = ushort.MaxValue,
            InboundStreams = ushort.MaxValue,
            InitialTsn = InitialTsn,
            Parameters = PeerCapabilities.Announcement,
        };
        var bytes = new byte[chunk.Length];
        chunk.Write(bytes);
        return Convert.ToBase64String(bytes);
    }
}
