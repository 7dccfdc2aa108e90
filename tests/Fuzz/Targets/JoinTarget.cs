using System.Buffers.Binary;
using System.Runtime.Versioning;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Silo.Household;

namespace QuicPair.Fuzz.Targets;

/// <summary>The two messages of a join, each as the Mac reads it that it is for.</summary>
internal static class JoinTarget
{
    // A message of Noise holds four times as much.
    private const int PayloadMax = 16 * 1024;

    // The length in front of a message comes in two.
    private const int PieceLength = 1;

    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private static readonly KeyPair Inviter = KeyPair.Generate(new FixedEntropy(11));

    private static readonly KeyPair Joiner = KeyPair.Generate(new FixedEntropy(12));

    private static readonly byte[] Secret = [.. Enumerable.Repeat((byte)9, HandshakeState.PresharedKeyLength)];

    private static ReadOnlySpan<byte> Prologue => "quicpair/1 household\0"u8;

    /// <summary>The input is what goes over the wire, which neither of the two Macs has made.</summary>
    public static void Messages(ReadOnlySpan<byte> input)
    {
        // There is no Mac there.
        if (OperatingSystem.IsWindows()) return;
        if (IsTakenByEither(input.ToArray())) throw new InvalidDataException("A forged message was read.");
    }

    /// <summary>The input is what a Mac asks that has the invitation.</summary>
    public static bool Request(ReadOnlySpan<byte> input) =>
        !OperatingSystem.IsWindows() && IsAnswered(Payload(input));

    /// <summary>The input is what the Mac that made the invitation replies.</summary>
    public static bool Reply(ReadOnlySpan<byte> input) => !OperatingSystem.IsWindows() && IsTaken(Payload(input));

    private static byte[] Payload(ReadOnlySpan<byte> input) => input[..Math.Min(input.Length, PayloadMax)].ToArray();

    [UnsupportedOSPlatform("windows")]
    private static bool IsTakenByEither(byte[] bytes) =>
        Try(() => Ask(new FarEnd(bytes, PieceLength)) is not null)
        || Try(() => Answer(new FarEnd(bytes, PieceLength), (_, _) => { }));

    [UnsupportedOSPlatform("windows")]
    private static bool IsAnswered(byte[] payload)
    {
        using var noise = new HandshakeState(
            Pattern, initiator: true, Prologue, new FixedEntropy(5), Joiner, Inviter.PublicKey);
        noise.SetPresharedKey(0, Secret);
        using var end = new FarEnd(Frame(noise, payload), PieceLength);
        JoinRequest? asked = null;
        var isAnswered = Answer(end, (mac, request) =>
        {
            if (!mac.AsSpan().SequenceEqual(Joiner.PublicKey)) throw new InvalidDataException("Another Mac asked.");
            asked = request;
        });
        if (asked is not null && (asked.PublicKey is null || !asked.Secret.AsSpan().SequenceEqual(Secret)))
        {
            throw new InvalidDataException("What was decided on is no request with the invitation's secret.");
        }

        if (isAnswered != (asked is not null) || (isAnswered && !IsRead(noise, end.Heard)))
        {
            throw new InvalidDataException("A request has no answer, or something else has one.");
        }

        return isAnswered;
    }

    [UnsupportedOSPlatform("windows")]
    private static bool IsTaken(byte[] payload)
    {
        using var end = new FarEnd([], PieceLength) { Answers = asked => Answered(asked.Span, payload) };
        var reply = Ask(end);
        var isWhole = reply is
        {
            Refusal: null,
            Certificate: not null,
            Authority: not null,
            ConnectionString.Length: > 0,
            Door: not null,
            PublicUrl: not null,
        };
        if (reply is not null && !isWhole) throw new InvalidDataException("A reply was taken that lacks something.");
        return isWhole;
    }

    /// <summary>Joins; null when it was refused.</summary>
    [UnsupportedOSPlatform("windows")]
    private static JoinReply? Ask(FarEnd end)
    {
        var invitation = new MemberInvitation(
            "192.0.2.1:11111", "first Mac", [.. Inviter.PublicKey], Secret, long.MaxValue);
        var request = new JoinRequest(Secret, [1, 2, 3]) { At = "192.0.2.2:11111", Token = new byte[16] };
        try
        {
            return JoinExchange.Ask(end, Joiner, invitation, request, CancellationToken.None)
                .GetAwaiter().GetResult();
        }
        catch (JoinException problem) when (problem.Code is "refused" or "unreachable")
        {
            return null;
        }
    }

    /// <summary>Answers whom the secret fits; whether somebody was answered.</summary>
    [UnsupportedOSPlatform("windows")]
    private static bool Answer(FarEnd end, Action<byte[], JoinRequest> asked)
    {
        var answer = JoinExchange.Answer(
            end,
            Inviter,
            Secret,
            (mac, request, _) =>
            {
                asked(mac, request);
                return Task.FromResult<JoinReply?>(JoinReply.Refuse(JoinReply.Unreachable));
            },
            (_, _) => { },
            CancellationToken.None);
        return answer.GetAwaiter().GetResult();
    }

    /// <summary>False too when the connection broke off.</summary>
    private static bool Try(Func<bool> exchange)
    {
        try
        {
            return exchange();
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>What the inviting Mac sends to who asked so.</summary>
    private static byte[] Answered(ReadOnlySpan<byte> asked, byte[] payload)
    {
        using var noise = new HandshakeState(Pattern, initiator: false, Prologue, new FixedEntropy(9), Inviter);
        if (!IsRead(noise, asked)) throw new InvalidDataException("The inviting Mac does not read what was asked.");
        noise.SetPresharedKey(0, Secret);
        return Frame(noise, payload);
    }

    private static byte[] Frame(HandshakeState noise, byte[] payload)
    {
        var frame = new byte[sizeof(ushort) + payload.Length + noise.NextOverhead];
        var length = noise.WriteMessage(payload, frame.AsSpan(sizeof(ushort)));
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)length);
        return frame;
    }

    private static bool IsRead(HandshakeState noise, ReadOnlySpan<byte> frame) =>
        noise.TryReadMessage(frame[sizeof(ushort)..], new byte[frame.Length], out _);
}
