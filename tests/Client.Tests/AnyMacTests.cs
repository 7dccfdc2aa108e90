using QuicPair.Client.Store;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests;

/// <summary>A phone that is paired with two Macs of one front door.</summary>
public sealed class AnyMacTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _first = new();
    private readonly TestMac _second = new();
    private readonly SeveralMacs _door;
    private readonly Phone _phone;

    public AnyMacTests()
    {
        _door = new SeveralMacs(_first, _second);
        _phone = new Phone(new PhoneOptions
        {
            StorePath = Path.Combine(_folder.Path, "pairings.json"),
            HttpHandler = _door,
        });
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var mac in new[] { _first, _second })
        {
            await (await _phone.Pair(mac.Link, Cancellation)).DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _phone.DisposeAsync();
        _door.Dispose();
        _first.Dispose();
        _second.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_Mac_that_the_front_door_picks_is_spoken_to_with_its_own_keys()
    {
        await using var mac = await _phone.AnyMac("m")(Cancellation);
        Assert.Equal(MacIdOf(_second), mac.Pairing.MacId);
        var choice = Assert.Single(_door.Choices);
        Assert.Equal("m", choice.Model);
        Assert.Equal((null, null, null), (choice.Mac, choice.Device, choice.Auth));
        Assert.Equal([MacIdOf(_second), MacIdOf(_first)], choice.To!.Select(to => to.Mac));
        Assert.Equal([PairingMode.Invited, PairingMode.Paired], _second.Modes);
        Assert.IsType<DoneMessage>(await mac.Chat(new ChatMessage { Prompt = "Hello" }).LastAsync(Cancellation));
    }

    [Fact]
    public async Task When_one_is_away_the_other_serves()
    {
        _door.Away.Add(_second);
        await using var mac = await _phone.AnyMac("m")(Cancellation);
        Assert.Equal(MacIdOf(_first), mac.Pairing.MacId);
    }

    [Fact]
    public async Task A_question_that_the_lost_Mac_never_got_goes_to_another()
    {
        var options = new MacConnectionOptions { TimeProvider = new LeapingTime() };
        await using var connection = new MacConnection(_phone.AnyMac("m"), options);
        Assert.Equal(MacIdOf(_second), (await connection.Open(Cancellation)).Pairing.MacId);
        _second.OnChat = (phone, _) =>
        {
            _door.Away.Add(_second);
            phone.Vanish();
        };
        var answer = await connection.Ask(new ChatMessage { Prompt = "Hello" }, Cancellation).ToListAsync(Cancellation);
        Assert.IsType<DoneMessage>(answer[^1]);
        Assert.Equal(MacIdOf(_first), connection.Current!.Pairing.MacId);
    }

    [Fact]
    public async Task A_lost_session_is_looked_for_where_it_was()
    {
        var connect = _phone.AnyMac("m");
        _door.Away.Add(_second);
        await (await connect(Cancellation)).DisposeAsync();
        _door.Away.Clear();
        await using var again = await connect(Cancellation);
        Assert.Equal(MacIdOf(_first), again.Pairing.MacId);
    }

    [Fact]
    public async Task A_front_door_that_cannot_pick_is_asked_for_each()
    {
        _door.IsOld = true;
        _door.Away.Add(_second);
        await using var mac = await _phone.AnyMac(null)(Cancellation);
        Assert.Equal(MacIdOf(_first), mac.Pairing.MacId);
    }

    [Fact]
    public async Task An_answer_in_the_name_of_another_Mac_is_forged()
    {
        _door.NamesTheWrongMac = true;
        var failure = await Assert.ThrowsAsync<ConnectException>(() => _phone.AnyMac("m")(Cancellation));
        Assert.Equal(ConnectFailure.Forged, failure.Reason);
    }

    [Theory]
    [InlineData(false, ConnectFailure.Refused)]
    [InlineData(true, ConnectFailure.MacAway)]
    public async Task A_refusal_is_final_only_when_nobody_is_away(bool isOneAway, ConnectFailure expected)
    {
        _first.Lasting = _second.Lasting = null;
        if (isOneAway)
        {
            _door.Away.Add(_first);
        }

        var failure = await Assert.ThrowsAsync<ConnectException>(() => _phone.AnyMac("m")(Cancellation));
        Assert.Equal(expected, failure.Reason);
    }

    [Fact]
    public async Task A_wrong_clock_is_corrected_for_all_of_them()
    {
        _first.ClockOffset = _second.ClockOffset = 100_000;
        await using var mac = await _phone.AnyMac("m")(Cancellation);
        Assert.Equal(2, _door.Choices.Count);
    }

    [Fact]
    public async Task Only_pairings_with_lasting_keys_at_one_front_door_can_be_a_choice()
    {
        var records = _phone.Household();
        Assert.Equal(2, records.Count);
        IReadOnlyList<PairingRecord>[] wrong =
        [
            [],
            [records[0], records[1] with { Origin = "http://localhost:2" }],
            [records[0], records[1] with { Psk = null }],
        ];
        foreach (var choice in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(() => _phone.OpenAny(choice, null, Cancellation));
        }
    }

    private static string MacIdOf(TestMac mac) => Protocol.KeySchedule.MacId(mac.Static.PublicKey);
}
