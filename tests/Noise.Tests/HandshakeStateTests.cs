using QuicPair.Noise.Patterns;

namespace QuicPair.Noise.Tests;

public sealed class HandshakeStateTests
{
    [Fact]
    public void The_responder_chooses_the_pre_shared_key_after_the_first_message()
    {
        using var pair = new PairOfEnds();
        var (initiator, responder) = pair.Finish();
        Assert.Equal(initiator.HandshakeHash, responder.HandshakeHash);
        Assert.Equal(64, initiator.HandshakeHash.Length);
        initiator.Dispose();
        responder.Dispose();
    }

    [Fact]
    public void The_responder_knows_who_asks_before_it_answers()
    {
        using var pair = new PairOfEnds();
        Assert.True(pair.Responder.RemoteStatic.IsEmpty);
        Assert.True(pair.Responder.TryReadMessage(pair.WriteFirst(), new byte[100], out _));
        Assert.Equal(pair.InitiatorPublic, pair.Responder.RemoteStatic);
    }

    [Fact]
    public void Another_pre_shared_key_fails_at_the_second_message()
    {
        using var pair = new PairOfEnds();
        Assert.True(pair.Responder.TryReadMessage(pair.WriteFirst(), new byte[100], out _));
        pair.Responder.SetPresharedKey(0, PairOfEnds.Bytes("another"));
        var second = new byte[pair.Responder.NextOverhead];
        pair.Responder.WriteMessage([], second);
        Assert.False(pair.Initiator.TryReadMessage(second, new byte[100], out _));
    }

    [Fact]
    public void Another_prologue_fails_at_the_first_message()
    {
        using var pair = new PairOfEnds();
        using var keys = KeyPair.FromPrivateKey(PairOfEnds.Bytes("responder"));
        var pattern = HandshakePattern.Parse("IKpsk2");
        using var other = new HandshakeState(pattern, false, "other"u8, PairOfEnds.Source("x"), keys);
        Assert.False(other.TryReadMessage(pair.WriteFirst(), new byte[100], out _));
    }

    [Fact]
    public void A_missing_pre_shared_key_is_the_callers_mistake()
    {
        using var pair = new PairOfEnds();
        Assert.True(pair.Responder.TryReadMessage(pair.WriteFirst(), new byte[100], out _));
        Assert.Throws<InvalidOperationException>(() => pair.Responder.WriteMessage([], new byte[100]));
    }

    [Fact]
    public void Writing_out_of_turn_and_splitting_early_are_the_callers_mistakes()
    {
        using var pair = new PairOfEnds();
        Assert.Throws<InvalidOperationException>(() => pair.Responder.WriteMessage([], new byte[100]));
        Assert.Throws<InvalidOperationException>(pair.Initiator.Split);
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Initiator.WriteMessage([], new byte[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => pair.Initiator.SetPresharedKey(0, new byte[31]));
    }

    [Fact]
    public void A_pattern_needs_the_keys_of_its_pre_messages()
    {
        var pattern = HandshakePattern.Parse("IK");
        var source = PairOfEnds.Source("x");
        Assert.Throws<ArgumentException>(() => new HandshakeState(pattern, true, [], source));
        Assert.Throws<ArgumentException>(() => new HandshakeState(pattern, false, [], source));
    }

    [Fact]
    public void After_the_split_the_handshake_is_gone()
    {
        using var pair = new PairOfEnds();
        var (initiator, responder) = pair.Finish();
        Assert.Throws<ObjectDisposedException>(pair.Initiator.Split);
        Assert.False(pair.Initiator.TryReadMessage(new byte[100], new byte[100], out _));
        initiator.Dispose();
        responder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("YY")]
    [InlineData("ik")]
    [InlineData("IKpsk3")]
    [InlineData("IKpsk")]
    [InlineData("IKpsk-1")]
    [InlineData("IKpsk0+")]
    [InlineData("XXfallback")]
    public void Refuses_a_name_that_is_no_pattern(string name) =>
        Assert.False(HandshakePattern.TryParse(name, out _));

    [Theory]
    [InlineData("Noise_IK_448_ChaChaPoly_BLAKE2b")]
    [InlineData("Noise_IK_25519_AESGCM_BLAKE2b")]
    [InlineData("Noise_IK_25519_ChaChaPoly_SHA256")]
    [InlineData("Noise__25519_ChaChaPoly_BLAKE2b")]
    [InlineData("Noise_25519_ChaChaPoly_BLAKE2b")]
    [InlineData("IK")]
    public void Refuses_another_suite(string name) =>
        Assert.False(HandshakePattern.TryParseProtocolName(name, out _));

    [Fact]
    public void Shows_no_secret_as_text()
    {
        using var keys = KeyPair.FromPrivateKey(PairOfEnds.Bytes("responder"));
        var secret = Convert.ToHexStringLower(PairOfEnds.Bytes("responder"));
        Assert.DoesNotContain(secret, keys.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b", HandshakePattern.Parse("IKpsk2").ToString());
    }
}
