using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Stun;

public sealed class BindingQueryTests
{
    private static readonly TransportAddress Server = IcePair.Address("192.0.2.1", 3478);
    private static readonly TransportAddress Mapped = IcePair.Address("203.0.113.9", 41000);
    private readonly BindingQuery _query = new(Server, new CountingEntropy());
    private readonly byte[] _buffer = new byte[128];
    private Instant _now = Instant.Start + TimeSpan.FromSeconds(1);

    [Fact]
    public void Learns_the_mapped_address_in_one_round_trip()
    {
        var answer = Answer(Ask());

        Assert.False(_query.IsSettled);
        Assert.True(_query.TryHandle(_now, Server, answer));
        Assert.Equal(Mapped, _query.Mapped);
        Assert.True(_query.IsSettled);
        Assert.False(_query.TryHandle(_now, Server, answer));
    }

    [Fact]
    public void Asks_again_before_a_NAT_forgets_and_notices_another_mapping()
    {
        Assert.True(_query.TryHandle(_now, Server, Answer(Ask())));
        Assert.InRange(_query.NextTimeout - _now, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
        _now = _query.NextTimeout;
        var moved = Mapped.WithPort(41001);

        Assert.True(_query.TryHandle(_now, Server, Answer(Ask(), moved)));
        Assert.Equal(moved, _query.Mapped);
    }

    [Fact]
    public void A_silent_server_is_asked_seven_times_and_later_again()
    {
        var (first, requests) = (_now, 0);
        while (!_query.IsSettled)
        {
            if (_query.TryTransmit(_now, _buffer, out _)) requests++;
            _now = _query.NextTimeout;
        }

        Assert.Equal(7, requests);
        Assert.Null(_query.Mapped);
        Assert.InRange(_now - first, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
        Assert.True(_query.TryHandle(_now, Server, Answer(Ask())));
        Assert.Equal(Mapped, _query.Mapped);
    }

    [Fact]
    public void A_question_that_could_not_leave_is_asked_again_at_once_and_not_for_ever()
    {
        var first = _now;
        Ask();
        _query.Unsent(_now);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _query.NextTimeout - _now);
        _now = _query.NextTimeout;
        Assert.True(_query.TryHandle(_now, Server, Answer(Ask())));
        Assert.Equal(Mapped, _query.Mapped);

        _query.Restart(_now);
        while (!_query.IsSettled)
        {
            Ask();
            _query.Unsent(_now);
            if (!_query.IsSettled) _now = _query.NextTimeout;
        }

        Assert.Null(_query.Mapped);
        Assert.InRange(_now - first, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void What_was_known_stays_while_a_changed_network_is_asked()
    {
        Assert.True(_query.TryHandle(_now, Server, Answer(Ask())));
        _query.Restart(_now);

        Assert.False(_query.IsSettled);
        Assert.Equal(Mapped, _query.Mapped);
        Assert.True(_query.TryTransmit(_now, _buffer, out _));
    }

    [Theory]
    [InlineData("0.0.0.0", 41000)]
    [InlineData("224.0.0.1", 41000)]
    [InlineData("127.0.0.1", 41000)]
    [InlineData("203.0.113.9", 0)]
    [InlineData("2001:db8::1", 41000)]
    public void A_server_that_lies_is_not_believed(string address, int port)
    {
        var answer = Answer(Ask(), IcePair.Address(address, port));

        Assert.False(_query.TryHandle(_now, Server, answer));
        Assert.Null(_query.Mapped);
    }

    [Fact]
    public void Strangers_and_other_transactions_are_not_heard()
    {
        var id = Ask();
        var answer = Answer(id);

        Assert.False(_query.TryHandle(_now, Server.WithPort(3479), answer));
        Assert.False(_query.TryHandle(_now, Server, Answer(new TransactionId(id.High, id.Low + 1))));
        Assert.False(_query.TryHandle(_now, Server, answer.AsSpan(1)));
        Assert.False(_query.TryHandle(_now, Server, []));
        Assert.True(_query.TryHandle(_now, Server, answer));
    }

    [Fact]
    public void An_error_is_an_answer_without_an_address()
    {
        var writer = new StunMessageWriter(_buffer, new(StunClass.ErrorResponse, StunMethod.Binding, Ask()));
        writer.AddErrorCode(StunErrorCode.BadRequest, "no"u8);

        Assert.True(_query.TryHandle(_now, Server, _buffer.AsSpan(0, writer.Complete([]))));
        Assert.True(_query.IsSettled);
        Assert.Null(_query.Mapped);
    }

    private TransactionId Ask()
    {
        Assert.True(_query.TryTransmit(_now, _buffer, out var length));
        Assert.True(StunMessage.TryParse(_buffer.AsSpan(0, length), out var request));
        Assert.Equal((StunClass.Request, StunMethod.Binding), (request.Header.Class, request.Header.Method));
        return request.Header.TransactionId;
    }

    private static byte[] Answer(TransactionId id, TransportAddress? mapped = null)
    {
        var buffer = new byte[128];
        var writer = new StunMessageWriter(buffer, new(StunClass.SuccessResponse, StunMethod.Binding, id));
        writer.AddMappedAddress(mapped ?? Mapped);
        return buffer[..writer.Complete([])];
    }
}
