using System.Buffers.Binary;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>Takes datagrams of a handshake apart and puts others together.</summary>
internal static class Records
{
    private const int Head = RecordHeader.Length;

    /// <summary>The records of <paramref name="datagram"/>.</summary>
    public static List<byte[]> Split(byte[] datagram)
    {
        var records = new List<byte[]>();
        for (var position = 0; position < datagram.Length;)
        {
            var next = position + Head + BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(position + 11));
            records.Add(datagram[position..next]);
            position = next;
        }

        return records;
    }

    /// <summary>Whether a record is a message in the clear.</summary>
    public static bool IsClearMessage(byte[] record) => record[0] == 22 && record[4] == 0;

    public static bool Is(byte[] record, HandshakeType type) =>
        IsClearMessage(record) && record[Head] == (byte)type;

    /// <summary>Whether a datagram carries a message of this type in the clear.</summary>
    public static bool Carries(ReadOnlyMemory<byte> datagram, HandshakeType type) =>
        Split(datagram.ToArray()).Exists(record => Is(record, type));

    /// <summary>The message of a record: its head and its body.</summary>
    public static byte[] MessageOf(byte[] record) => record[Head..];

    /// <summary>A record in the clear around <paramref name="content"/>.</summary>
    public static byte[] Wrap(ReadOnlySpan<byte> content, byte type = 22, ulong sequence = 77)
    {
        var record = new byte[Head + content.Length];
        new RecordHeader((ContentType)type, RecordHeader.Dtls12, 0, sequence, content.Length).Write(record);
        content.CopyTo(record.AsSpan(Head));
        return record;
    }

    /// <summary>A whole message with a right head.</summary>
    public static byte[] Message(HandshakeType type, ushort sequence, ReadOnlySpan<byte> body) =>
        Piece(type, sequence, body, 0, body.Length);

    /// <summary>A record with a hello of ours that has other extensions.</summary>
    public static byte[] WithExtensions(byte[] record, Func<List<byte[]>, IEnumerable<byte[]>> edit)
    {
        // Behind version, random number and an empty session id: no cookie, two suites, no compression; or one suite.
        var at = Is(record, HandshakeType.ClientHello) ? 44 : 38;
        var body = record[(Head + MessageHeader.Length)..];
        var extensions = new List<byte[]>();
        for (var position = at + 2; position < body.Length;)
        {
            var next = position + 4 + BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(position + 2));
            extensions.Add(body[position..next]);
            position = next;
        }

        byte[] edited = [.. edit(extensions).SelectMany(each => each)];
        byte[] hello = [.. body[..at], .. Number(edited.Length)[1..], .. edited];
        return Wrap(Message((HandshakeType)record[Head], record[Head + 5], hello));
    }

    /// <summary>A fragment of a message.</summary>
    public static byte[] Piece(
        HandshakeType type, ushort sequence, ReadOnlySpan<byte> body, int offset, int length)
    {
        byte[] message = [(byte)type, .. Number(body.Length), .. Number(sequence)[1..], .. Number(offset),
            .. Number(length), .. body.Slice(offset, length)];
        return message;
    }

    private static byte[] Number(int value) => [(byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
