using System.Text;
using System.Text.Json;
using CsCheck;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages;

namespace QuicPair.Protocol.Tests;

public sealed class MessageTests
{
    private static readonly JsonElement Answers = VectorFile.QuicPair("messages");

    [Fact]
    public void Reads_every_message_and_writes_exactly_the_same_text()
    {
        foreach (var answer in Answers.Each("exact"))
        {
            var text = answer.Text("text");
            Assert.True(TryRead(text, out var message, out _), text);
            Assert.Equal(text, Encoding.UTF8.GetString(MessageWriter.Write(message!)));
            Assert.Equal(message!.Op, message.ToString());
        }
    }

    [Fact]
    public void Every_op_has_a_recorded_message()
    {
        var vouching = VectorFile.QuicPair("vouching");
        string[] elsewhere = ["macsRequest", "macsReply", "vouchRequest", "vouched"];
        var texts = Answers.Each("exact").Select(answer => answer.Text("text"));
        var recorded = texts.Concat(elsewhere.Select(name => vouching.Text(name))).Select(text =>
        {
            TryRead(text, out var message, out _);
            return message!.GetType();
        });
        var all = typeof(Message).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Message)));
        Assert.Equal([], all.Except(recorded));
    }

    [Fact]
    public void Reads_other_spellings_of_the_same_message()
    {
        foreach (var answer in Answers.Each("sameMeaning"))
        {
            Assert.True(TryRead(answer.Text("text"), out var message, out _), answer.Text("text"));
            Assert.Equal(answer.Text("as"), Encoding.UTF8.GetString(MessageWriter.Write(message!)));
        }
    }

    [Fact]
    public void Refuses_with_the_code_and_what_the_reply_can_name()
    {
        foreach (var answer in Answers.Each("refusedByMac"))
        {
            var bytes = answer.OptionalText("hex") is { } hex
                ? Convert.FromHexString(hex)
                : Encoding.UTF8.GetBytes(answer.Text("text"));
            Assert.False(MessageReader.TryRead(bytes, out var message, out var refusal), answer.Text("name"));
            Assert.Null(message);
            var (name, code) = (answer.Text("name"), answer.Text("code"));
            Assert.Equal(
                (name, code, answer.OptionalText("for"), answer.OptionalText("id")),
                (name, refusal!.Code.WireName, refusal.For, refusal.Id));
        }
    }

    [Fact]
    public void Lone_surrogates_are_written_as_the_replacement_character()
    {
        var written = MessageWriter.Write(new DeltaMessage { Content = "a\ud83d" });
        Assert.Equal("{\"op\":\"delta\",\"content\":\"a\ufffd\"}", Encoding.UTF8.GetString(written));
    }

    [Theory]
    [InlineData(
        """{"op":"done","id":"a","seq":1,"reason":"stop","stats":{"queue_ms":0,"prompt_ms":34,"ttft_ms":56,"""
        + "\"tokens\":78,\"tokens_per_s\":9}}")]
    [InlineData(
        """{"op":"done","id":"a","seq":1,"reason":"stop","stats":{"queue_ms":0,"prompt_ms":34,"ttft_ms":56,"""
        + "\"runner_ms\":55,\"tokens\":78,\"tokens_per_s\":9}}")]
    [InlineData(
        """{"op":"models","models":[{"name":"big:cloud","size":0,"loaded":false,"remote":true,"capabilities":[],"""
        + "\"remote_host\":\"https://ollama.com:443\",\"remote_model\":\"big\"}]}")]
    public void What_may_be_left_out_or_added_is_written_as_it_was_read(string text)
    {
        Assert.True(TryRead(text, out var message, out _));
        Assert.Equal(text, Encoding.UTF8.GetString(MessageWriter.Write(message!)));
    }

    [Theory]
    [InlineData("12.6", true)]
    [InlineData("-1", false)]
    [InlineData("1e300", false)]
    [InlineData("\"12\"", false)]
    public void A_statistic_may_have_a_fraction_and_is_nothing_but_a_count(string number, bool isRead)
    {
        var text = "{\"op\":\"done\",\"stats\":{\"queue_ms\":0,\"prompt_ms\":" + number
            + ",\"ttft_ms\":5,\"tokens\":7,\"tokens_per_s\":9}}";
        Assert.Equal(isRead, TryRead(text, out var message, out _));
        if (isRead) Assert.Equal(13, Assert.IsType<DoneMessage>(message).Statistics!.PromptMs);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.2, 1)]
    [InlineData(9.4, 9)]
    public void A_speed_that_was_measured_is_not_written_as_none(double speed, int written)
    {
        var statistics = new AnswerStatistics
        {
            QueueMs = 0,
            PromptMs = 0,
            TtftMs = 0,
            Tokens = 1,
            TokensPerSecond = speed,
        };
        var done = new DoneMessage { Statistics = statistics };
        var text = Encoding.UTF8.GetString(MessageWriter.Write(done));
        Assert.Contains($"\"tokens_per_s\":{written}}}", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_text_survives_writing_and_reading() =>
        Gen.String.Sample(text =>
        {
            var written = MessageWriter.Write(new DeltaMessage { Content = text });
            var whole = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            return MessageReader.TryRead(written, out var message, out _)
                && ((DeltaMessage)message).Content == whole;
        });

    [Fact]
    public void Never_throws_on_any_bytes() =>
        Gen.Byte.Array[0, 100].Sample(bytes => !MessageReader.TryRead(bytes, out _, out _));

    [Fact]
    public void Never_throws_on_any_change_of_a_message() =>
        Gen.Select(Gen.Int[0, Answers.Each("exact").Count - 1], Gen.Int, Gen.Byte)
            .Sample((index, at, value) =>
            {
                var bytes = Encoding.UTF8.GetBytes(Answers.Each("exact")[index].Text("text"));
                bytes[(int)((uint)at % bytes.Length)] = value;
                return MessageReader.TryRead(bytes, out _, out var refusal) != (refusal is not null);
            });

    [Fact]
    public void The_lists_of_codes_are_closed()
    {
        var lists = VectorFile.QuicPair("errors");
        Assert.Equal(
            lists.Each("errorCodes").Select(code => code.GetString()!),
            Enum.GetValues<ErrorCode>().Select(code => code.WireName));
        Assert.Equal(
            lists.GetProperty("closeCodes").EnumerateObject().Select(code => code.Value.GetInt32()),
            Enum.GetValues<CloseCode>().Select(code => (int)code));
        Assert.All(Enum.GetValues<ErrorCode>(), code =>
        {
            Assert.EndsWith(".", code.Sentence, StringComparison.Ordinal);
            Assert.True(ErrorCodeText.TryParse(code.WireName, out var again));
            Assert.Equal(code, again);
        });
        Assert.False(ErrorCodeText.TryParse("nonsense", out _));
    }

    [Fact]
    public void Names_are_made_safe()
    {
        foreach (var answer in VectorFile.QuicPair("names").Each("cases"))
        {
            Assert.Equal(answer.Text("out"), DisplayName.Clean(answer.Text("in")));
        }
    }

    private static bool TryRead(string text, out Message? message, out ErrorMessage? refusal) =>
        MessageReader.TryRead(Encoding.UTF8.GetBytes(text), out message, out refusal);
}
