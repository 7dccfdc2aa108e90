using QuicPair.Client.Store;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// While there is no path yet, sends what is found after an offer left, the first one or that of a restart: the same
/// offer with more candidates (QP/1 section 3.1). Whether it helps shows in the path; a failure here is none of the
/// connection.
/// </summary>
internal sealed class LateCandidates : IAsyncDisposable
{
    // Ours: a server answers late, or two; the front door counts every offer.
    private const int OffersMax = 4;

    private readonly RtcHost _rtc;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _changed = new(1);
    private readonly Task _sending;

    /// <param name="rtc">Where candidates are found.</param>
    /// <param name="exchange">What carried the offer.</param>
    /// <param name="offered">How the session began.</param>
    /// <param name="record">The pairing, with the keys of the offer.</param>
    public LateCandidates(RtcHost rtc, OfferExchange exchange, Offered offered, PairingRecord record)
    {
        _rtc = rtc;
        rtc.CandidatesChanged += Changed;
        _sending = Send(exchange, offered, record);
    }

    public async ValueTask DisposeAsync()
    {
        _rtc.CandidatesChanged -= Changed;
        await _end.CancelAsync();
        await _sending;
        _end.Dispose();
        _changed.Dispose();
    }

    private void Changed(object? sender, EventArgs change)
    {
        try
        {
            _changed.Release();
        }
        catch (ObjectDisposedException)
        {
            // The news came while the path did.
        }
    }

    private async Task Send(OfferExchange exchange, Offered offered, PairingRecord record)
    {
        try
        {
            var told = offered.Description;
            for (var sent = 0; sent < OffersMax;)
            {
                await _changed.WaitAsync(_end.Token);
                if (offered.Peer.HasPath) return;

                // What was found while the offer was under way is in the description already, but was not told.
                offered.Peer.TryOfferCandidates();
                var description = offered.Peer.LocalDescription;
                if (description == told) continue;
                (told, sent) = (description, sent + 1);
                await exchange.Add(offered, description, record, _end.Token);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or ConnectException)
        {
            // There is a path, or the front door is gone: the connection says so by itself.
        }
    }
}
