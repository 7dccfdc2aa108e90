using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Tests;

/// <summary>Ids and envelopes for tests.</summary>
internal static class Sample
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private static readonly ImmutableArray<byte> SixteenBytes =
        [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    public static DateTimeOffset Epoch { get; } = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    public static DeviceId NewDevice() => DeviceId.Parse(Random.Shared.GetString(Alphabet, 16));

    public static OfferEnvelope From(PairingKey key) =>
        new(key.Mac, key.Device, "v=0\r\n", Epoch.ToUnixTimeSeconds(), SixteenBytes, [1], SixteenBytes);

    public static AnswerEnvelope Answer(string sdp) => new(sdp, SixteenBytes, 1, SixteenBytes);
}
