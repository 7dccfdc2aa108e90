using QuicPair.Rtc.Sockets.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>RFC 7748, section 6.1.</summary>
public sealed class SodiumX25519Tests
{
    private const string AlicePrivate = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    private const string AlicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private const string BobPrivate = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    private const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

    [Fact]
    public void Gives_the_known_answer()
    {
        var (publicKey, secret) = (new byte[32], new byte[32]);
        SodiumX25519.Shared.DerivePublicKey(Convert.FromHexString(AlicePrivate), publicKey);
        Assert.Equal(AlicePublic, Convert.ToHexStringLower(publicKey));

        Assert.True(SodiumX25519.Shared.TryAgree(Convert.FromHexString(BobPrivate), publicKey, secret));
        Assert.Equal(Shared, Convert.ToHexStringLower(secret));
    }

    [Fact]
    public void Refuses_a_key_that_forces_the_secret()
    {
        var zero = new byte[32];
        Assert.False(SodiumX25519.Shared.TryAgree(Convert.FromHexString(BobPrivate), zero, new byte[32]));
    }
}
