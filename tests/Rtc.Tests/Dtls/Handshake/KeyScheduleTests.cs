using QuicPair.Rtc.Dtls.Handshake;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>Known answers: those that the IETF's TLS list has for the PRF of TLS 1.2, and RFC 7748's.</summary>
public sealed class KeyScheduleTests
{
    private const string AlicePrivate = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    private const string AlicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private const string BobPrivate = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    private const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

    [Theory]
    [InlineData(
        false,
        "9bbe436ba940f017b17652849a71db35",
        "a0ba9f936cda311827a6f796ffd5198c",
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a")]
    [InlineData(
        true,
        "b80b733d6ceefcdc71566ea48e5567df",
        "cd665cf6a8447dd6ff8b27555edb7465",
        "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0")]
    public void The_prf_gives_the_known_answer(bool isSha384, string secret, string seed, string expected)
    {
        var output = new byte[expected.Length / 2];
        new Prf(isSha384).Expand(
            Convert.FromHexString(secret), "test label", Convert.FromHexString(seed), output);

        Assert.Equal(expected, Convert.ToHexStringLower(output));
    }

    [Fact]
    public void The_reference_of_these_tests_is_x25519()
    {
        var (alice, publicKey) = (Convert.FromHexString(AlicePrivate), new byte[32]);
        new ReferenceX25519().DerivePublicKey(alice, publicKey);
        Assert.Equal(AlicePublic, Convert.ToHexStringLower(publicKey));

        var secret = new byte[32];
        Assert.True(new ReferenceX25519().TryAgree(Convert.FromHexString(BobPrivate), publicKey, secret));
        Assert.Equal(Shared, Convert.ToHexStringLower(secret));
    }
}
