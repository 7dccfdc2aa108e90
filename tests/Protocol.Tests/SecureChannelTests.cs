using System.Security.Cryptography;
using QuicPair.Protocol.Frames;

namespace QuicPair.Protocol.Tests;

public sealed class SecureChannelTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(5);
    private static readonly byte[] One = SHA256.HashData([1]);
    private static readonly byte[] Two = SHA256.HashData([2]);

    [Fact]
    public void A_long_message_travels_in_the_recorded_parts()
    {
        foreach (var answer in VectorFile.QuicPair("frames").Each("fragmentation"))
        {
            var (phone, mac) = Pair();
            var json = new byte[answer.Number("length")];
            Random.Shared.NextBytes(json);
            phone.Send(json);
            Assert.Equal(json.Length, phone.QueuedBytes);
            var (sizes, inputs) = Drain(phone, mac);
            Assert.Equal(answer.Each("contents").Select(size => size.GetInt32() + 21), sizes);
            Assert.Equal(json, inputs[^1].Content.ToArray());
            Assert.Equal(ChannelInputKind.Message, inputs[^1].Kind);
            Assert.All(inputs.SkipLast(1), input => Assert.Equal(ChannelInputKind.Nothing, input.Kind));
            Assert.Equal(0, phone.QueuedBytes);
        }
    }

    [Fact]
    public void A_ping_overtakes_a_long_message_and_is_echoed()
    {
        var (phone, mac) = Pair();
        phone.Send(new byte[40_000]);
        Assert.False(mac.IsConfirmed);
        Deliver(phone, mac);
        Assert.True(mac.IsConfirmed);
        phone.Ping("echo"u8.ToArray());
        Deliver(phone, mac);
        var pong = Deliver(mac, phone);
        Assert.Equal(ChannelInputKind.Pong, pong.Kind);
        Assert.Equal("echo"u8, pong.Content.Span);
        Assert.Equal(ChannelInputKind.Message, Drain(phone, mac).Inputs[^1].Kind);
    }

    [Fact]
    public void Close_goes_out_behind_what_was_queued_and_ends_both_ends()
    {
        var (phone, mac) = Pair();
        mac.Send("{}"u8.ToArray());
        mac.Close(CloseCode.Shutdown);
        mac.Send("[]"u8.ToArray());
        var inputs = Drain(mac, phone).Inputs;
        Assert.Equal([ChannelInputKind.Message, ChannelInputKind.Closed], inputs.Select(input => input.Kind));
        Assert.Equal(CloseCode.Shutdown, inputs[1].Code);
        Assert.True(mac.IsOver && phone.IsOver);
        Assert.False(phone.TryTransmit(new byte[16_384], out _));
    }

    [Fact]
    public void One_broken_message_ends_the_session_for_good()
    {
        var (phone, mac) = Pair();
        var buffer = new byte[16_384];
        phone.Send("{}"u8.ToArray());
        Assert.True(phone.TryTransmit(buffer, out var length));
        var broken = buffer[..length];
        broken[^1] ^= 1;
        var input = mac.Receive(Now, broken);
        Assert.Equal((ChannelInputKind.Fatal, CloseCode.Protocol), (input.Kind, input.Code));
        Assert.True(mac.IsOver);
        Assert.Equal(ChannelInputKind.Nothing, mac.Receive(Now, buffer.AsSpan(0, length)).Kind);
        mac.Send("{}"u8.ToArray());
        Assert.False(mac.TryTransmit(buffer, out _));
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x02)]
    [InlineData(0x7F)]
    [InlineData(0x00)]
    public void A_message_of_another_type_is_fatal(byte type)
    {
        var (phone, mac) = Pair();
        var buffer = new byte[16_384];
        phone.Send("{}"u8.ToArray());
        Assert.True(phone.TryTransmit(buffer, out var length));
        buffer[0] = type;
        Assert.Equal(ChannelInputKind.Fatal, mac.Receive(Now, buffer.AsSpan(0, length)).Kind);
    }

    [Fact]
    public void A_message_over_the_limit_is_reported_and_nothing_more_is_heard()
    {
        var budget = new ReassemblyBudget(1000);
        var (phone, mac) = Pair(new SecureChannelOptions { MaxMessageBytes = 10, Budget = budget });
        phone.Send(new byte[11]);
        Assert.Equal(ChannelInputKind.TooLarge, Deliver(phone, mac).Kind);
        phone.Send(new byte[1]);
        Assert.Equal(ChannelInputKind.Nothing, Deliver(phone, mac).Kind);
        mac.Close(CloseCode.TooLarge);
        Assert.Equal(CloseCode.TooLarge, Deliver(mac, phone).Code);
        Assert.Equal(1000, budget.Left);
    }

    [Fact]
    public void Unfinished_messages_share_one_budget_and_have_a_deadline()
    {
        var budget = new ReassemblyBudget(20_000);
        var options = new SecureChannelOptions { Budget = budget };
        var (first, mac) = Pair(options);
        var (second, sameMac) = Pair(options);
        first.Send(new byte[20_000]);
        second.Send(new byte[20_000]);
        Deliver(first, mac);
        Assert.Equal(Now + TimeSpan.FromSeconds(30), mac.Deadline);
        Assert.Equal(ChannelInputKind.TooLarge, Deliver(second, sameMac).Kind);
        Assert.Equal(20_000 - 16_363, budget.Left);
        mac.Dispose();
        Assert.Equal(20_000, budget.Left);
        Assert.Null(mac.Deadline);
    }

    [Fact]
    public void Padding_makes_every_short_message_equal()
    {
        var (phone, mac) = Pair();
        mac.Padding = PaddingPolicy.Pad;
        mac.Send("{}"u8.ToArray());
        mac.Send(new byte[100]);
        mac.Ping(ReadOnlyMemory<byte>.Empty);
        Assert.Equal([128, 128, 128], Drain(mac, phone).Sizes);
    }

    [Theory]
    [InlineData(16_385)]
    [InlineData(262_144)]
    public void A_message_longer_than_the_channels_limit_ends_the_session(int length)
    {
        var (_, mac) = Pair();
        Assert.Equal(ChannelInputKind.Fatal, mac.Receive(Now, new byte[length]).Kind);
        Assert.True(mac.IsOver);
    }

    [Fact]
    public void Shows_no_content_as_text() =>
        Assert.Equal("Message 0", new ChannelInput(ChannelInputKind.Message, new byte[3]).ToString());

    private static (SecureChannel Phone, SecureChannel Mac) Pair(SecureChannelOptions? options = null) => (
        new SecureChannel(new ChaChaCipher(One, Two), new SecureChannelOptions()),
        new SecureChannel(new ChaChaCipher(Two, One), options ?? new SecureChannelOptions()));

    private static ChannelInput Deliver(SecureChannel sender, SecureChannel receiver)
    {
        var buffer = new byte[16_384];
        Assert.True(sender.TryTransmit(buffer, out var length));
        return receiver.Receive(Now, buffer.AsSpan(0, length));
    }

    private static (List<int> Sizes, List<ChannelInput> Inputs) Drain(
        SecureChannel sender, SecureChannel receiver)
    {
        var buffer = new byte[16_384];
        var (sizes, inputs) = (new List<int>(), new List<ChannelInput>());
        while (sender.TryTransmit(buffer, out var length))
        {
            sizes.Add(length);
            inputs.Add(receiver.Receive(Now, buffer.AsSpan(0, length)));
        }

        return (sizes, inputs);
    }
}
