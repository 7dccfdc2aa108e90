using System.Net;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// The network of a program. It keeps the replies that are no success, as they came, and closes the connection of an
/// answer that is left; else .NET would read on for up to two seconds, in order to keep it.
/// </summary>
internal sealed class ProgramNetwork()
    : DelegatingHandler(new SocketsHttpHandler { MaxResponseDrainSize = 0 })
{
    private readonly List<(HttpStatusCode Status, string Body)> _refusals = [];

    public IReadOnlyList<(HttpStatusCode Status, string Body)> Refusals => _refusals;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode) return response;

        // Whoever asked can read it again.
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        _refusals.Add((response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken)));
        return response;
    }
}
