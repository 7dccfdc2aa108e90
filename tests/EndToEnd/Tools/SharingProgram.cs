using System.Text;
using System.Threading.Channels;
using QuicPair.Client;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>A program that uses the library with the pairing of another one.</summary>
internal sealed class SharingProgram : IAsyncDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private readonly Phone _phone;
    private readonly MacConnection _mac;
    private int _connections;

    /// <param name="store">The pairings file.</param>
    /// <param name="pause">How long it leaves the Mac to the other one.</param>
    public SharingProgram(string store, TimeSpan pause)
    {
        _phone = new Phone(new PhoneOptions { StorePath = store });
        _mac = new MacConnection(
            cancellation =>
            {
                Interlocked.Increment(ref _connections);
                return _phone.Open(_phone.Usable()[0], cancellation);
            },
            new MacConnectionOptions { GiveWayFor = pause });
    }

    /// <summary>How often it has connected.</summary>
    public int Connections => Volatile.Read(ref _connections);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A whole answer.</summary>
    public async Task<string> Ask(string prompt)
    {
        var text = new StringBuilder();
        Message? last = null;
        await foreach (var message in _mac.Ask(new ChatMessage { Prompt = prompt }, Cancellation))
        {
            last = message;
            if (message is not DeltaMessage delta) continue;
            text.Append(delta.Content);
            _heard.Writer.TryWrite(delta.Content);
        }

        Assert.IsType<DoneMessage>(last);
        return text.ToString();
    }

    /// <summary>The next piece of its answer.</summary>
    public Task<string> Heard() => _heard.Reader.ReadAsync(Cancellation).AsTask().WaitAsync(Hang);

    public async ValueTask DisposeAsync()
    {
        await _mac.DisposeAsync();
        await _phone.DisposeAsync();
    }
}
