using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Measures the channel: first echo, echoes, then throughput or the delay of tokens.</summary>
internal sealed class OfferingSide(
    PeerConnection connection,
    DataChannel channel,
    PeerSettings settings,
    (long Started, long Created) at,
    Action<object> tell)
{
    private const int SendBurst = 64;
    private static readonly TimeSpan TokensSettle = TimeSpan.FromMilliseconds(1_500);

    public async Task<object> Measure(bool isFull, CancellationToken cancellation)
    {
        var open = Usage.MillisecondsSince(at.Started);
        await Ask([Opcode.Echo, 0], cancellation);
        var first = Usage.MillisecondsSince(at.Started);
        var stages = Stages();
        if (!isFull) return new { e = "round", open, first, stages };

        tell(new { e = "phase", name = "echo" });
        var echo = (await EchoMany()).ToReport();
        if (settings.TokenCount > 0)
        {
            tell(new { e = "phase", name = "tokens" });
            var tok = await SendTokens(cancellation);
            tell(new { e = "phase", name = "end" });
            var none = new { rxBytes = 1, ms = 1, mbps = 0, cpuA = 0, cpuB = 0, rssA = 0, rssB = 0 };
            return new { e = "result", open, first, stages, tok, echo, tput = none };
        }

        tell(new { e = "phase", name = "bulk" });
        var tput = await SendBulk(cancellation);
        tell(new { e = "phase", name = "end" });
        return new { e = "result", open, first, stages, echo, tput };
    }

    /// <summary>
    /// When each layer was up, in milliseconds from the creation of the connection, which was <c>created</c> after
    /// the start; <c>openAt</c> is the last of them on the monotonic clock that all processes of a machine share.
    /// </summary>
    private object Stages()
    {
        var statistics = connection.Statistics;
        return new
        {
            path = $"{statistics.Path}",
            created = Stopwatch.GetElapsedTime(at.Started, at.Created).TotalMilliseconds,
            ice = statistics.IceConnectedAfter?.TotalMilliseconds,
            dtls = statistics.DtlsConnectedAfter?.TotalMilliseconds,
            sctp = statistics.SctpConnectedAfter?.TotalMilliseconds,
            openAt = at.Created + (long?)(statistics.SctpConnectedAfter?.TotalSeconds * Stopwatch.Frequency),
        };
    }

    private async Task<byte[]> Ask(byte[] question, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        channel.OnMessage = (message, _) => answer.TrySetResult(message.ToArray());
        channel.TrySend(question);
        return await answer.Task.WaitAsync(cancellation);
    }

    /// <summary>
    /// One message is under way at any time; the next goes out where the last came in, on the loop.
    /// </summary>
    private async Task<Percentiles> EchoMany()
    {
        var message = new byte[settings.EchoSize];
        message.AsSpan().Fill((byte)'a');
        message[0] = Opcode.Echo;
        var latencies = new List<double>(settings.EchoCount);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var sentAt = 0L;
        var count = 0;
        channel.OnMessage = (_, _) =>
        {
            if (++count > settings.WarmUp) latencies.Add(Usage.MillisecondsSince(sentAt));
            if (latencies.Count == settings.EchoCount) done.TrySetResult();
            else Send();
        };
        Send();
        await done.Task;
        return new Percentiles(latencies);

        void Send()
        {
            sentAt = Stopwatch.GetTimestamp();
            channel.TrySend(message);
        }
    }

    private async Task<JsonElement> SendTokens(CancellationToken cancellation)
    {
        var token = new byte[200];
        token[0] = Opcode.Token;
        var begin = Stopwatch.GetTimestamp();
        for (var count = 1; count <= settings.TokenCount; count++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(token.AsSpan(8), Usage.WallMilliseconds);
            channel.TrySend(token);
            var wait = (settings.TokenGap * count) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
        }

        await Task.Delay(TokensSettle, cancellation);
        return Parse(await Ask([Opcode.EndOfTokens, 0], cancellation));
    }

    private async Task<object> SendBulk(CancellationToken cancellation)
    {
        var message = new byte[settings.MessageSize];
        message.AsSpan().Fill((byte)'b');
        message[0] = Opcode.Count;
        var before = Usage.ProcessorMilliseconds;
        var begin = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begin) < settings.Duration)
        {
            for (var burst = 0; burst < SendBurst && channel.BufferedAmount < settings.HighWater; burst++)
            {
                channel.TrySend(message);
            }

            if (channel.BufferedAmount < settings.HighWater) continue;
            await channel.BufferedAmountBelow(settings.LowWater, cancellation);
        }

        var report = Parse(await Ask([Opcode.EndOfCount, 0], cancellation));
        var (bytes, time) = (report.GetProperty("bytes").GetDouble(), report.GetProperty("ms").GetDouble());
        return new
        {
            rxBytes = bytes,
            ms = time,
            mbps = bytes * 8 / time / 1_000,
            cpuA = Usage.ProcessorMilliseconds - before,
            cpuB = report.GetProperty("cpuMs").GetDouble(),
            rssA = Usage.ResidentMebibytes,
            rssB = report.GetProperty("rssMb").GetDouble(),
        };
    }

    private static JsonElement Parse(byte[] report) =>
        JsonSerializer.Deserialize<JsonElement>(report.AsSpan(1));
}
