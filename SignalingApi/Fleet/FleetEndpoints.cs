using System.Text.Json;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// <c>/api/macs</c>: the household for its operator, at once and as it changes, and the one thing to do about it.
/// </summary>
internal static class FleetEndpoints
{
    private static readonly TimeSpan StillHere = TimeSpan.FromSeconds(15);

    /// <summary>The household at this moment.</summary>
    public static async Task<IResult> Get(FleetBoard board) =>
        Results.Json(await board.Read(), SignalingJson.Wire.FleetReport);

    /// <summary>
    /// Server-sent events: the household as <c>data</c>, at once and whenever something changed; a comment every
    /// 15 seconds keeps proxies awake.
    /// </summary>
    public static async Task Follow(
        HttpContext http,
        FleetBoard board,
        FleetFollowers followers,
        TimeProvider time,
        IHostApplicationLifetime life)
    {
        if (!followers.TryJoin())
        {
            await Problem.Rate.ExecuteAsync(http);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, life.ApplicationStopping);
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            await Write(http.Response, board, time, end.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more, or the front door closes.
        }
        finally
        {
            followers.Leave();
        }
    }

    /// <summary>Removes a device from a Mac.</summary>
    public static async Task<IResult> Revoke(
        string mac, string device, MacCalls macs, FleetBoard board, IGrainFactory grains)
    {
        if (!MacId.TryParse(mac, out var at) || !DeviceId.TryParse(device, out var id))
        {
            return Problem.NotFound;
        }

        if (macs.Find(at).Problem is { } absent)
        {
            return absent;
        }

        try
        {
            var revoked = await grains.Pairing(new PairingKey(at, id)).Revoke();
            board.Forget();
            return revoked ? Results.NoContent() : Problem.NotFound;
        }
        catch (Exception failure) when (failure is MacUnavailableException or OrleansException or TimeoutException)
        {
            return Problem.MacOffline;
        }
        catch (MacNotWrittenException)
        {
            return Problem.NotWritten;
        }
    }

    private static async Task Write(
        HttpResponse response, FleetBoard board, TimeProvider time, CancellationToken cancellation)
    {
        byte[] said = [];
        var saidAt = time.GetTimestamp();
        using var ticks = new PeriodicTimer(FleetBoard.Interval, time);
        do
        {
            var report = await board.Read().WaitAsync(cancellation);

            // The clock alone is no news.
            var content = Json(report with { Now = 0 });
            if (!content.AsSpan().SequenceEqual(said))
            {
                said = content;
                await Send(response, [.. "data: "u8, .. Json(report), .. "\n\n"u8], cancellation);
                saidAt = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(saidAt) >= StillHere)
            {
                await Send(response, ": still here\n\n"u8.ToArray(), cancellation);
                saidAt = time.GetTimestamp();
            }
        }
        while (await ticks.WaitForNextTickAsync(cancellation));
    }

    private static async Task Send(HttpResponse response, byte[] bytes, CancellationToken cancellation)
    {
        await response.Body.WriteAsync(bytes, cancellation);
        await response.Body.FlushAsync(cancellation);
    }

    private static byte[] Json(FleetReport report) =>
        JsonSerializer.SerializeToUtf8Bytes(report, SignalingJson.Wire.FleetReport);
}
