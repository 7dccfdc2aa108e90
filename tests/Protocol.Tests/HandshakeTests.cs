using System.Text;
using System.Text.Json;
using QuicPair.Noise;
using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Tests;

public sealed class HandshakeTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("handshake");

    [Fact]
    public void Writes_the_prologue()
    {
        foreach (var answer in VectorFile.QuicPair("prologue").Each("cases"))
        {
            var prologue = Prologue.Write(
                (PairingMode)answer.Number("mode"),
                answer.Hex("phoneCertificate"),
                answer.Hex("macCertificate"),
                answer.Hex("offerNonce"),
                answer.Hex("answerNonce"),
                answer.Bytes("versions"),
                (byte)answer.Number("chosen"));
            Assert.Equal(answer.Hex("prologue"), prologue);
            Assert.Equal(114 + answer.Bytes("versions").Length, prologue.Length);
        }
    }

    [Fact]
    public void A_nonce_of_another_length_makes_no_prologue() =>
        Assert.Throws<ArgumentException>(
            () => Prologue.Write(PairingMode.Paired, [1], [2], new byte[15], new byte[16], [1], 1));

    [Fact]
    public void Both_ends_reproduce_the_recorded_runs()
    {
        foreach (var run in Answers.Each("runs"))
        {
            using var ends = new RecordedRun(run);
            Assert.Equal(run.Hex("message1"), ends.WriteFirst());
            Assert.Equal(run.Hex("message2"), ends.WriteSecond());
            var (phone, mac) = ends.Split();
            Assert.Equal(run.Hex("handshakeHash"), phone.HandshakeHash);
            Assert.Equal(run.Hex("handshakeHash"), mac.HandshakeHash);
            Assert.Equal(run.Text("confirmationCode"), KeySchedule.ConfirmationCode(phone.HandshakeHash));
            SealsTheFirstFrame(phone, run.GetProperty("firstPhoneFrame"));
            SealsTheFirstFrame(mac, run.GetProperty("firstMacFrame"));
            phone.Dispose();
            mac.Dispose();
        }
    }

    [Fact]
    public void The_recorded_messages_have_the_lengths_of_the_protocol()
    {
        foreach (var run in Answers.Each("runs"))
        {
            Assert.Equal(ChannelLimits.HandshakeMessage1, run.Hex("channelMessage1").Length);
            Assert.Equal(ChannelLimits.HandshakeMessage2, run.Hex("channelMessage2").Length);
            Assert.Equal((byte)ChannelMessageType.Handshake1, run.Hex("channelMessage1")[0]);
            Assert.Equal((byte)ChannelMessageType.Handshake2, run.Hex("channelMessage2")[0]);
        }
    }

    [Fact]
    public void Reads_and_writes_payloads()
    {
        var payloads = Answers.GetProperty("payloads");
        foreach (var answer in payloads.Each("phone"))
        {
            Assert.True(
                HandshakePayload.TryReadPhone(answer.Hex("payload"), out var phone), answer.Text("name"));
            Assert.Equal(new PhonePayload(answer.Text("device"), answer.OptionalText("deviceName")), phone);
        }

        foreach (var answer in payloads.Each("mac"))
        {
            Assert.True(HandshakePayload.TryReadMac(answer.Hex("payload"), out var name));
            Assert.Equal(answer.Text("macName"), name);
            Assert.Equal(answer.Hex("payload"), HandshakePayload.WriteMac(name));
        }

        foreach (var run in Answers.Each("runs"))
        {
            var text = JsonDocument.Parse(run.Text("payload1")).RootElement;
            var payload = HandshakePayload.WritePhone(text.Text("device"), text.OptionalText("name"));
            Assert.Equal(run.Text("payload1"), Encoding.UTF8.GetString(payload).TrimEnd('\0'));
        }
    }

    [Fact]
    public void Refuses_payloads_that_break_a_rule()
    {
        foreach (var answer in Answers.GetProperty("payloads").Each("refusedAsPhone"))
        {
            Assert.False(HandshakePayload.TryReadPhone(answer.Hex("payload"), out _), answer.Text("name"));
        }
    }

    [Fact]
    public void The_longest_names_fit_into_a_payload()
    {
        var name = new string('"', DisplayName.MaxBytes);
        var payload = HandshakePayload.WritePhone("abcdefghijklmnop", name);
        Assert.True(HandshakePayload.TryReadPhone(payload, out var phone));
        Assert.Equal(name, phone.Name);
        Assert.True(HandshakePayload.TryReadMac(HandshakePayload.WriteMac(name), out var mac));
        Assert.Equal(name, mac);
    }

    private static void SealsTheFirstFrame(TransportState sender, JsonElement frame)
    {
        var plaintext = frame.Hex("plaintext");
        var message = new byte[1 + plaintext.Length + TransportState.TagLength];
        message[0] = (byte)ChannelMessageType.Data;
        sender.WriteMessage(plaintext, message.AsSpan(1));
        Assert.Equal(frame.Hex("channelMessage"), message);
    }
}
