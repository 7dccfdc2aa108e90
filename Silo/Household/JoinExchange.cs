using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Household;

/// <summary>
/// The two messages of a join: Noise IKpsk2, the joining Mac's static key known to no one before, the inviting Mac's
/// pinned by the invitation, its secret the pre-shared key. A Mac proves its id with it, which is made of its key.
/// On the wire: length u16 in network order, then the message.
/// </summary>
internal static class JoinExchange
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private static ReadOnlySpan<byte> Prologue => "quicpair/1 household\0"u8;

    /// <summary>Asks; the reply, which gives something.</summary>
    /// <exception cref="JoinException">The inviting Mac refused.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task<JoinReply> Ask(
        Stream stream, KeyPair mac, MemberInvitation invitation, JoinRequest request, CancellationToken cancellation)
    {
        using var noise = new HandshakeState(
            Pattern, initiator: true, Prologue, RandomKeySource.Instance, mac, invitation.Key);
        noise.SetPresharedKey(0, invitation.Secret);
        var asked = JsonSerializer.SerializeToUtf8Bytes(request, HouseholdJson.Default.JoinRequest);
        await Send(stream, noise, asked, cancellation);
        var answer = await Read(stream, cancellation);
        var payload = new byte[answer.Length];
        if (answer.Length == 0 || !noise.TryReadMessage(answer, payload, out var length))
        {
            throw new JoinException(
                "refused", $"{invitation.Mac} refused: the invitation is used, expired or not its own.");
        }

        var reply = Parse(payload.AsSpan(0, length), HouseholdJson.Default.JoinReply);
        return reply switch
        {
            { Refusal: null } when !string.IsNullOrWhiteSpace(reply.ConnectionString) => reply,
            null or { Refusal: null } => throw new JoinException(
                "refused", $"What {invitation.Mac} replied cannot be understood."),
            { Refusal: JoinReply.Unreachable } => throw new JoinException(
                "unreachable",
                $"{invitation.Mac} cannot reach this Mac at {request.At}, nor could others of the household: open the "
                + "firewall for that port, or choose another place with --address and --port."),
            _ => throw new JoinException(
                "refused",
                $"{invitation.Mac} refused: this Mac was expelled from the household; with a new data folder it can "
                + "join."),
        };
    }

    /// <summary>Answers one request; false when it is not one, and then nothing is said.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="mac">This Mac's static keys.</param>
    /// <param name="secret">The invitation's secret.</param>
    /// <param name="decide">Makes the reply for a Mac's static key and what it asks, once the secret fits; null refuses
    /// without a word.</param>
    /// <param name="refused">Hears that a message does not open, or has another secret, and whose it is.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public static async Task<bool> Answer(
        Stream stream,
        KeyPair mac,
        byte[] secret,
        Func<byte[], JoinRequest, CancellationToken, Task<JoinReply?>> decide,
        Action<string?, string> refused,
        CancellationToken cancellation)
    {
        using var noise = new HandshakeState(
            Pattern, initiator: false, Prologue, RandomKeySource.Instance, mac);
        var message = await Read(stream, cancellation);
        var payload = new byte[message.Length];
        if (!noise.TryReadMessage(message, payload, out var length))
        {
            // One that a Mac sent, not a look at what listens here.
            if (message.Length > 0) refused(null, "join_sealed");
            return false;
        }

        var joiner = noise.RemoteStatic.ToArray();
        var request = Parse(payload.AsSpan(0, length), HouseholdJson.Default.JoinRequest);
        if (request is null || !CryptographicOperations.FixedTimeEquals(request.Secret, secret))
        {
            refused(KeySchedule.MacId(joiner), "join_secret");
            return false;
        }

        if (await decide(joiner, request, cancellation) is not { } reply) return false;
        noise.SetPresharedKey(0, secret);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(reply, HouseholdJson.Default.JoinReply);
        await Send(stream, noise, bytes, cancellation);
        return true;
    }

    private static T? Parse<T>(ReadOnlySpan<byte> payload, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task Send(
        Stream stream, HandshakeState noise, byte[] payload, CancellationToken cancellation)
    {
        var frame = new byte[sizeof(ushort) + payload.Length + noise.NextOverhead];
        var length = noise.WriteMessage(payload, frame.AsSpan(sizeof(ushort)));
        BinaryPrimitives.WriteUInt16BigEndian(frame, checked((ushort)length));
        await stream.WriteAsync(frame.AsMemory(0, sizeof(ushort) + length), cancellation);
    }

    private static async Task<byte[]> Read(Stream stream, CancellationToken cancellation)
    {
        var prefix = new byte[sizeof(ushort)];
        var got = await stream.ReadAtLeastAsync(prefix, prefix.Length, throwOnEndOfStream: false, cancellation);
        if (got < prefix.Length) return [];

        var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(prefix)];
        await stream.ReadExactlyAsync(message, cancellation);
        return message;
    }
}
