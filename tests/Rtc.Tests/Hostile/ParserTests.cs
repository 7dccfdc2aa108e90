using System.Text;
using CsCheck;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Sdp;
using QuicPair.Rtc.Tests.Stun;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>
/// Whatever arrives, a parser says yes or no. A failing sample prints the seed that brings it back.
/// </summary>
public sealed class ParserTests
{
    private const long Samples = 20_000;

    private static readonly Gen<byte[]> AnyBytes = Gen.Byte.Array[0, 300];

    private static readonly Gen<byte[]> BrokenStun = Broken(Rfc5769Vectors.SampleRequest);

    private static readonly Gen<string> BrokenDescription =
        Broken(Encoding.ASCII.GetBytes(Descriptions.WithAudioAndVideo))
            .Select(Encoding.Latin1.GetString);

    [Fact]
    public void Stun_messages() => Gen.OneOf(AnyBytes, BrokenStun).Sample(
        bytes =>
        {
            if (!StunMessage.TryParse(bytes, out var message)) return;
            _ = message.VerifyIntegrity("key"u8);
        },
        iter: Samples);

    [Fact]
    public void Stun_usernames() => Gen.OneOf(AnyBytes, BrokenStun).Sample(
        bytes => !StunUsername.TryReadReceiver(bytes, out var fragment) || fragment.Length >= 4,
        iter: Samples);

    [Fact]
    public void Descriptions_of_sessions() => Gen.OneOf(Gen.String[0, 200], BrokenDescription).Sample(
        text =>
        {
            if (!SessionDescription.TryParse(text, out var description, out var problem))
            {
                return problem != SdpProblem.None && description is null;
            }

            var answer = DescriptionWriter.WriteAnswer(Local(), description!, description!.RoleOfAnswerer);
            return answer.All(character => character is '\r' or '\n' or (>= ' ' and <= '~'));
        },
        iter: Samples / 4);

    [Fact]
    public void Candidates() => Broken("1 1 udp 2130706431 192.0.2.1 5000 typ host"u8.ToArray()).Sample(
        bytes =>
        {
            var text = Encoding.Latin1.GetString(bytes);
            return !IceCandidate.TryParse(text, out var candidate)
                || (IceCandidate.TryParse(candidate!.ToString(), out var again) && again == candidate);
        },
        iter: Samples);

    [Fact]
    public void Fingerprints() => Broken(Encoding.ASCII.GetBytes(Descriptions.Fingerprint)).Sample(
        bytes =>
        {
            var text = Encoding.Latin1.GetString(bytes);
            return !CertificateFingerprint.TryParse(text, out var read) || read!.Hash.Length >= 32;
        },
        iter: Samples);

    [Fact]
    public void Dtls_records() => AnyBytes.Sample(
        bytes => !RecordHeader.TryParse(bytes, out var header) || header.RecordLength <= bytes.Length,
        iter: Samples);

    [Fact]
    public void Sctp_headers_and_chunks() => AnyBytes.Sample(
        bytes =>
        {
            _ = CommonHeader.TryParse(bytes, out _);
            _ = DataChunk.TryParse(bytes, out _);
            _ = SackChunk.TryParse(bytes, out _);
            _ = InitChunk.TryParse(bytes, out _);
            _ = ReconfigChunk.TryParse(bytes, out _);
            _ = ForwardTsnChunk.TryParse(bytes, out _);
            _ = ShutdownChunk.TryParse(bytes, out _);
            _ = OpaqueChunk.TryParse(bytes, out _);
        },
        iter: Samples);

    [Fact]
    public void Requests_for_channels() => Gen.OneOf(AnyBytes, AnyBytes.Select(AsOpen)).Sample(
        bytes => !DcepOpen.TryParse(bytes, out var parameters) || parameters is not null,
        iter: Samples);

    private static byte[] AsOpen(byte[] rest) => [3, .. rest];

    /// <summary>Some bytes of a good input changed, and perhaps its end cut off.</summary>
    private static Gen<byte[]> Broken(byte[] good) =>
        from changes in Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte).Array[1, 6]
        from length in Gen.Frequency((3, Gen.Const(good.Length)), (1, Gen.Int[0, good.Length]))
        select Change(good, changes, length);

    private static byte[] Change(byte[] good, (int At, byte Value)[] changes, int length)
    {
        byte[] bytes = [.. good];
        foreach (var (at, value) in changes)
        {
            bytes[at] = value;
        }

        return bytes[..length];
    }

    private static LocalParameters Local() => new()
    {
        Credentials = new IceCredentials("abcd", "0123456789abcdef012345"),
        Fingerprint = CertificateFingerprint.Of([1]),
        Candidates = [],
        SessionId = 1,
    };
}
