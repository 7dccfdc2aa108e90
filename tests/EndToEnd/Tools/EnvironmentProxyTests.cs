using System.Net;
using System.Net.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// A phone whose environment names a proxy, which may be anywhere: a pairing that is for the local network only goes
/// past it.
/// </summary>
public sealed class EnvironmentProxyTests : IDisposable
{
    private readonly TcpListener _proxy = new(IPAddress.Loopback, 0);
    private readonly PhoneCommand _phone;

    public EnvironmentProxyTests()
    {
        _proxy.Start();
        var url = $"http://{_proxy.LocalEndpoint}";
        _phone = new PhoneCommand
        {
            Environment = new Dictionary<string, string?>
            {
                ["http_proxy"] = url,
                ["https_proxy"] = url,
                ["no_proxy"] = "",
            },
        };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _proxy.Dispose();
        _phone.Dispose();
    }

    [Fact]
    public async Task A_usual_pairing_asks_the_front_door_through_it()
    {
        await using var mac = await MacProcess.Start();
        await using var chat = _phone.Start("chat", await mac.Invite(), "Hello");
        var accepting = _proxy.AcceptTcpClientAsync(Cancellation).AsTask();

        Assert.True(await Task.WhenAny(accepting, chat.Exit()) == accepting, chat.Errors);
        using var asking = await accepting;
        using var reader = new StreamReader(asking.GetStream());
        var request = await reader.ReadLineAsync(Cancellation);
        Assert.StartsWith($"POST {mac.Address}signaling/", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pairing_for_the_local_network_goes_past_it_also_when_it_comes_back()
    {
        await using var mac = await MacProcess.Start();
        var reply = await mac.Ask(new { op = "pair", local = true });
        var link = reply.GetProperty("links").EnumerateArray().Last().GetString()!;

        Assert.Equal((0, ""), Outcome(await _phone.Run("chat", link, "Hello")));
        Assert.Equal((0, ""), Outcome(await _phone.Run("chat", "Hello")));
        Assert.False(_proxy.Pending());
    }

    private static (int Exit, string Trouble) Outcome((int Exit, string Output, string Errors) run) =>
        (run.Exit, run.Exit == 0 ? "" : run.Errors);
}
