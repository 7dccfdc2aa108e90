using System.Text.Json;

namespace QuicPair.EndToEnd.Tools;

/// <summary><c>quicpair proxy</c> on a port of its own, paired with a Mac.</summary>
internal sealed class ProxyProcess : IAsyncDisposable
{
    private readonly PhoneCommand _phone;
    private readonly ChildProcess _process;

    private ProxyProcess(PhoneCommand phone, ChildProcess process, string url) =>
        (_phone, _process, Url) = (phone, process, url);

    public string Url { get; }

    public static async Task<ProxyProcess> Start(MacProcess mac)
    {
        var phone = new PhoneCommand();
        var process = phone.Start("proxy", await mac.Invite(), "--listen", "127.0.0.1:0", "--json");
        using var ready = JsonDocument.Parse(await process.Line(line => line.StartsWith('{')));
        return new ProxyProcess(phone, process, ready.RootElement.GetProperty("url").GetString()!);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _phone.Dispose();
    }
}
