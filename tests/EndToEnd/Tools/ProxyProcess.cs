using System.Text.Json;

namespace QuicPair.EndToEnd.Tools;

/// <summary><c>quicpair proxy</c> on a port of its own, paired with a Mac.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly PhoneCommand? _own;
    private readonly ChildProcess _process;

    private ProxyProcess(PhoneCommand? own, ChildProcess process, string url) =>
        (_own, _process, Url) = (own, process, url);

    public string Url { get; }

    /// <param name="mac">The Mac that it pairs with.</param>
    /// <param name="phone">Whose data folder it shares; null for one of its own.</param>
    public static async Task<ProxyProcess> Start(MacProcess mac, PhoneCommand? phone = null)
    {
        var own = phone is null ? new PhoneCommand() : null;
        var process = (phone ?? own!).Start("proxy", await mac.Invite(), "--listen", "127.0.0.1:0", "--json");
        using var ready = JsonDocument.Parse(await process.Line(line => line.StartsWith('{')));
        return new ProxyProcess(own, process, ready.RootElement.GetProperty("url").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _own?.Dispose();
    }
}
