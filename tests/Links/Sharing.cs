using System.Text.Json;

namespace QuicPair.Links;

/// <summary>Flows that share one bottleneck, and what each of them gets.</summary>
internal static class Sharing
{
    /// <summary>Measures one flow of ours beside one of TCP Reno, then two of ours, then two of Reno.</summary>
    public static async Task Run(LinkSettings settings)
    {
        await Measure(settings, ours: 1, reno: 1);
        await Measure(settings, ours: 2, reno: 0);
        await Measure(settings, ours: 0, reno: 2);
    }

    private static async Task Measure(LinkSettings settings, int ours, int reno)
    {
        using var link = new EmulatedLink(settings);
        var mine = new List<OurFlow>();
        var others = new List<RenoFlow>();
        try
        {
            for (var count = 0; count < ours; count++) mine.Add(await OurFlow.Start(link, settings.Seconds));
            for (var count = 0; count < reno; count++) others.Add(RenoFlow.Start(link));
            await Task.Delay(TimeSpan.FromSeconds(settings.Seconds));
            double[] theirs = [.. others.Select(flow => flow.Received * 8 / 1e6 / settings.Seconds)];
            var shares = new List<double>(theirs);
            foreach (var flow in mine) shares.Add(await flow.Result());
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                settings.Rate,
                rtt = settings.RoundTrip.TotalMilliseconds,
                settings.Queue,
                reno = theirs,
                ours = shares.Skip(reno),
                renoShareOfLink = settings.Rate > 0 ? theirs.Sum() / settings.Rate : 0,
                jain = shares.Sum() * shares.Sum() / shares.Count / shares.Sum(share => share * share),
            }));
        }
        finally
        {
            foreach (var flow in others) flow.Dispose();
            foreach (var flow in mine) await flow.DisposeAsync();
        }
    }
}
