using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Canary;

/// <summary>The scan finds what is planted, so that what it does not find is not there.</summary>
public sealed class CanaryScanTests
{
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);

    [Fact]
    public void A_link_is_found_in_a_text_by_its_secret_alone()
    {
        var scan = new CanaryScan([], [_secret]);
        var link = Link(_secret);

        // The data of a link, without what people know as a link, and cut short on both sides.
        string[] shown = [link, link[^96..], link[^52..^6], link.ToUpperInvariant()];

        Assert.All(shown, text => Assert.NotEmpty(scan.FoundIn($"info: opened \"{text}\" twice")));
        Assert.All(shown[..3], text => Assert.True(scan.IsIn(Encoding.UTF8.GetBytes($"{text}\0"))));
        Assert.Empty(scan.FoundIn($"info: opened \"{Link(RandomNumberGenerator.GetBytes(32))}\" twice"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 7)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(34, 6)]
    public void A_secret_is_found_wherever_it_stands_in_what_was_encoded(int before, int behind)
    {
        var scan = new CanaryScan([], [_secret]);
        byte[] whole =
        [
            .. RandomNumberGenerator.GetBytes(before), .. _secret, .. RandomNumberGenerator.GetBytes(behind),
        ];

        string[] shown =
        [
            StrictBase64Url.Encode(whole), Convert.ToBase64String(whole), Convert.ToHexString(whole),
            Convert.ToHexStringLower(whole), BitConverter.ToString(whole),
            JsonSerializer.Serialize(whole.Select(value => (int)value)),
        ];

        Assert.All(shown, text => Assert.NotEmpty(scan.FoundIn(text)));
        Assert.True(scan.IsIn(whole));
        Assert.False(scan.IsIn(RandomNumberGenerator.GetBytes(1000)));
    }

    [Fact]
    public void A_text_is_found_in_any_case()
    {
        var scan = new CanaryScan(["Prompt-1"], []);
        Assert.Equal(["Prompt-1"], scan.FoundIn("it was: prompt-1."));
        Assert.Empty(scan.FoundIn("it was: prompt-2."));
    }

    private static string Link(byte[] secret) => new PairingLink
    {
        Origin = "http://localhost:8443",
        MacPublicKey = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength),
        Secret = secret,
        Expiry = 1_800_000_000,
    }.Format();
}
