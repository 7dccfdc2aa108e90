using QuicPair.Noise.Patterns;

namespace QuicPair.Noise.Tests;

public sealed class VectorTests
{
    [Theory]
    [InlineData("noise/cacophony.json", 59)]
    [InlineData("noise/snow.json", 51)]
    public void Reproduces_every_vector_of_a_json_file(string path, int count)
    {
        var vectors = NoiseVector.Json(path);
        Assert.Equal(count, vectors.Count);
        Assert.Equal(count, vectors.Count(RunsExactly));
    }

    [Fact]
    public void Reproduces_every_vector_of_flynn()
    {
        var vectors = NoiseVector.Flynn();
        Assert.Equal(240, vectors.Count);
        Assert.Equal(240, vectors.Count(RunsExactly));
        Assert.Equal(36, vectors.Count(v => v.ProtocolName[..8] is "Noise_N_" or "Noise_K_" or "Noise_X_"
            || v.ProtocolName[..9] is "Noise_Nps" or "Noise_Kps" or "Noise_Xps"));
    }

    [Fact]
    public void No_vector_needs_a_fallback_pattern()
    {
        NoiseVector[] all =
            [.. NoiseVector.Json("noise/cacophony.json"), .. NoiseVector.Json("noise/snow.json"),
            .. NoiseVector.Flynn()];
        Assert.Equal(350, all.Length);
        Assert.Equal(0, all.Count(v => v.ProtocolName.Contains("fallback", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_pattern_of_the_table_has_a_vector()
    {
        var run =
            NoiseVector.Json("noise/cacophony.json").Select(v => v.ProtocolName.Split('_')[1]).ToHashSet();
        Assert.Equal(38, PatternTable.Rows.Count);
        Assert.Equal([], PatternTable.Rows.Keys.Where(name => !run.Contains(name)));
    }

    private static bool RunsExactly(NoiseVector vector)
    {
        Assert.True(
            HandshakePattern.TryParseProtocolName(vector.ProtocolName, out var pattern), vector.ProtocolName);
        var messages = vector.Messages;
        using var initiatorKeys = Keys(vector.Initiator);
        using var responderKeys = Keys(vector.Responder);
        using var initiator = Start(pattern, true, vector.Initiator, initiatorKeys, responderKeys);
        using var responder = Start(pattern, false, vector.Responder, responderKeys, initiatorKeys);
        for (var i = 0; i < pattern.MessageCount; i++)
        {
            var (sender, receiver) = initiator.IsMyTurn ? (initiator, responder) : (responder, initiator);
            var overhead = sender.NextOverhead;
            var buffer = new byte[messages[i].Message.Length];
            Assert.Equal(buffer.Length, sender.WriteMessage(messages[i].Payload, buffer));
            Assert.Equal(messages[i].Payload.Length + overhead, buffer.Length);
            Assert.Equal(messages[i].Message, buffer);
            var payload = new byte[buffer.Length];
            Assert.True(receiver.TryReadMessage(buffer, payload, out var length), vector.ProtocolName);
            Assert.Equal(messages[i].Payload, payload[..length]);
        }

        Assert.True(initiator.IsFinished && responder.IsFinished);
        using var first = initiator.Split();
        using var second = responder.Split();
        Assert.Equal(first.HandshakeHash, second.HandshakeHash);
        if (vector.HandshakeHash.Length > 0)
        {
            Assert.Equal(vector.HandshakeHash, first.HandshakeHash);
        }

        return TransportMatches(vector, pattern, first, second);
    }

    private static bool TransportMatches(
        NoiseVector vector, HandshakePattern pattern, TransportState initiator, TransportState responder)
    {
        for (var i = pattern.MessageCount; i < vector.Messages.Count; i++)
        {
            var turn = vector.TransportAlternates ? i : i - pattern.MessageCount;
            var fromInitiator = (pattern.IsOneWay && vector.TransportAlternates) || turn % 2 == 0;
            if (pattern.IsOneWay && !fromInitiator)
            {
                // flynn lets the responder of a one-way pattern reply; section 7.4 forbids it.
                Assert.Throws<InvalidOperationException>(() => responder.WriteMessage([], new byte[16]));
                continue;
            }

            var (sender, receiver) = fromInitiator ? (initiator, responder) : (responder, initiator);
            var (payload, message) = vector.Messages[i];
            var buffer = new byte[message.Length];
            Assert.Equal(message.Length, sender.WriteMessage(payload, buffer));
            Assert.Equal(message, buffer);
            Assert.True(receiver.TryReadMessage(buffer, buffer, out var length));
            Assert.Equal(payload, buffer[..length]);
        }

        return true;
    }

    private static KeyPair? Keys(VectorEnd end) =>
        end.Static.Length == 0 ? null : KeyPair.FromPrivateKey(end.Static);

    private static HandshakeState Start(
        HandshakePattern pattern, bool initiator, VectorEnd end, KeyPair? own, KeyPair? other)
    {
        var known = pattern.Before.Any(message => message.FromInitiator != initiator);
        var state = new HandshakeState(
            pattern,
            initiator,
            end.Prologue,
            new FixedSource(end.Ephemeral),
            own,
            known ? other!.PublicKey : default);
        for (var i = 0; i < end.Psks.Length; i++)
        {
            state.SetPresharedKey(i, end.Psks[i]);
        }

        return state;
    }
}
