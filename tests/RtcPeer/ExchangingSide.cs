using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Exchanges the plan with the other side, and tells what came of it.</summary>
internal sealed class ExchangingSide(DataChannel channel, Action<object> tell)
{
    private readonly Exchange _exchange = new(channel);

    /// <summary>Tells what comes in, until the channel is closed.</summary>
    public async Task Follow()
    {
        tell(new { e = "open", label = channel.Label });
        _ = TellReceived();
        await channel.Closed;
        tell(new { e = "channel-closed", messages = _exchange.Messages });
    }

    /// <summary>Sends the plan.</summary>
    public async Task Send(CancellationToken cancellation)
    {
        try
        {
            await _exchange.SendAll(cancellation);
        }
        catch (Exception problem) when (problem is InvalidOperationException or OperationCanceledException)
        {
            tell(new { e = "error", reason = problem.Message });
        }
    }

    public void Close() => channel.Close();

    private async Task TellReceived()
    {
        try
        {
            var (messages, bytes) = await _exchange.Received;
            tell(new { e = "exchanged", messages, bytes });
        }
        catch (InvalidDataException problem)
        {
            tell(new { e = "corrupt", reason = problem.Message });
        }
    }
}
