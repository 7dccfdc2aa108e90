using System.Globalization;
using System.Text.Json;
using QuicPair.Nat.Lab;

namespace QuicPair.Links;

/// <summary>A bulk transfer over a data channel of two driven peers, from left to right.</summary>
internal sealed class OurFlow : IAsyncDisposable
{
    private readonly DrivenPeer _offerer;
    private readonly DrivenPeer _answerer;

    private OurFlow(DrivenPeer offerer, DrivenPeer answerer) => (_offerer, _answerer) = (offerer, answerer);

    /// <summary>Starts both peers and returns when the channel is open and the transfer begins.</summary>
    public static async Task<OurFlow> Start(EmulatedLink link, int seconds)
    {
        (string, string)[] environment =
        [
            ("SECS", seconds.ToString(CultureInfo.InvariantCulture)), ("ECHO_N", "1"), ("WARM", "0"),
        ];
        var offerer = await DrivenPeer.Start(
            link.Left, default, [.. environment, ("BIND", EmulatedLink.LeftAddress)]);
        var answerer = await DrivenPeer.Start(
            link.Right, default, [.. environment, ("BIND", EmulatedLink.RightAddress)]);
        answerer.Tell(new { c = "start", role = "answer", full = true });
        offerer.Tell(new { c = "start", role = "offer", full = true });
        answerer.Tell(Command(await offerer.Expect("desc", default)));
        offerer.Tell(Command(await answerer.Expect("desc", default)));
        await answerer.Expect("bopen", default);
        return new OurFlow(offerer, answerer);
    }

    /// <summary>Waits for the end; Mbit/s.</summary>
    public async Task<double> Result() =>
        (await _offerer.Expect("result", default)).GetProperty("tput").GetProperty("mbps").GetDouble();

    public async ValueTask DisposeAsync()
    {
        await _offerer.DisposeAsync();
        await _answerer.DisposeAsync();
    }

    private static object Command(JsonElement news) => new
    {
        c = "desc",
        type = news.GetProperty("type").GetString(),
        sdp = news.GetProperty("sdp").GetString(),
    };
}
