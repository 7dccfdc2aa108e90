using QuicPair.Cli;
using QuicPair.Cli.Models;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Command;

/// <summary>What is asked about models while another program of the same device is connected, too.</summary>
public sealed class SharedMacTests : IAsyncLifetime
{
    // More sessions than a pull may have in vain.
    private const int Sessions = 12;

    private const string Told = "Another program of this device is connected; this goes on in a moment.\n";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(4);

    private readonly LeapingTime _clock = new();
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly StringWriter _error = new();
    private readonly List<long?> _steps = [];
    private Phone _phone = null!;
    private MacConnection _connection = null!;
    private Terminal _terminal = null!;
    private int _asked;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SharedMac Shared => new(_terminal, _connection);

    public async ValueTask InitializeAsync()
    {
        _phone = await _mac.PairedPhone(_folder, Cancellation);
        _connection = _phone.Connect(_phone.Usable()[0], new MacConnectionOptions { TimeProvider = _clock });
        _terminal = new Terminal(TextReader.Null, TextWriter.Null, _error) { HasErrorScreen = true };
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _phone.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
        await _error.DisposeAsync();
    }

    [Fact]
    public async Task A_pull_is_asked_for_again_as_long_as_it_gets_further_and_that_is_told_once()
    {
        _mac.OnRequest = (peer, request) =>
        {
            peer.Send(new ProgressMessage { Id = request.Id, Status = "pulling manifest" });
            peer.Send(new ProgressMessage { Id = request.Id, Status = "pulling", Completed = ++_asked, Total = 99 });
            if (_asked == Sessions) peer.Send(new PulledMessage { Id = request.Id, Model = "m" });
            else peer.Close(CloseCode.Normal);
        };

        await Pull();
        Assert.Equal(Enumerable.Range(1, Sessions), _steps.OfType<long>().Select(step => (int)step));
        Assert.Equal(Told, $"{_error}");
        Assert.Equal((Sessions, Pause * (Sessions - 1)), (_asked, _clock.Leapt));
    }

    [Fact]
    public async Task A_pull_that_gets_no_further_ten_times_in_a_row_is_given_up_with_the_cause()
    {
        _mac.OnRequest = (peer, request) =>
        {
            _asked++;
            peer.Send(new ProgressMessage { Id = request.Id, Status = "pulling", Completed = 1, Total = 2 });
            peer.Close(CloseCode.Normal);
        };

        var failure = await Assert.ThrowsAsync<ConnectException>(Pull);
        Assert.Equal(ConnectFailure.Elsewhere, failure.Reason);
        Assert.Equal((11, Pause * 10), (_asked, _clock.Leapt));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task A_load_is_asked_for_again_twice(int answered, bool isLoaded)
    {
        _mac.OnRequest = (peer, request) =>
        {
            if (++_asked == answered) peer.Send(new LoadedMessage { Id = request.Id, Model = "m" });
            else peer.Close(CloseCode.Normal);
        };

        var loading = Shared.Ask((live, stop) => live.Load("m", stop), Cancellation);
        if (isLoaded) Assert.Equal("m", await loading);
        else await Assert.ThrowsAsync<ConnectException>(() => loading);
        Assert.Equal((3, Pause * 2, Told), (_asked, _clock.Leapt, $"{_error}"));
    }

    private Task Pull() => Shared.Pull("m", new Steps(_steps), _terminal.Note, Cancellation);

    private sealed class Steps(List<long?> steps) : IProgress<ProgressMessage>
    {
        public void Report(ProgressMessage value) => steps.Add(value.Completed);
    }
}
