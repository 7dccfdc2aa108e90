using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace QuicPair.Links;

/// <summary>
/// Runs a command that puts one peer on each side of a link: it finds the namespaces in NS_A and NS_B, the addresses
/// in BIND_A and BIND_B, the round trip in LINK_RTT, in ms. Its lines <c>{"mark":name}</c> on stdout read the link's
/// counters; other lines of JSON are printed with the settings and what passed between two marks, text as it is.
/// </summary>
internal static class Command
{
    public static async Task<int> Run(LinkSettings settings, string[] command)
    {
        using var link = new EmulatedLink(settings);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["NS_A"] = link.Left.Name;
        start.Environment["NS_B"] = link.Right.Name;
        start.Environment["BIND_A"] = EmulatedLink.LeftAddress;
        start.Environment["BIND_B"] = EmulatedLink.RightAddress;
        start.Environment["LINK_RTT"] = settings.RoundTrip.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            // The link goes when they have gone.
            signal.Cancel = true;
            process.Kill(entireProcessTree: true);
        });
        var passed = new JsonObject();
        var (since, packets, bytes) = ("start", link.ToRight.Packets, link.ToRight.Bytes);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith('{'))
            {
                Console.WriteLine(line);
                continue;
            }

            var said = JsonNode.Parse(line)!.AsObject();
            if (said["mark"]?.GetValue<string>() is { } mark)
            {
                passed[since] = new JsonObject
                {
                    ["packets"] = link.ToRight.Packets - packets,
                    ["bytes"] = link.ToRight.Bytes - bytes,
                };
                (since, packets, bytes) = (mark, link.ToRight.Packets, link.ToRight.Bytes);
                continue;
            }

            said["link"] = Describe(settings);
            said["passed"] = passed.DeepClone();
            Console.WriteLine(said.ToJsonString());
        }

        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static JsonObject Describe(LinkSettings settings) => new()
    {
        ["rtt"] = settings.RoundTrip.TotalMilliseconds,
        ["loss"] = settings.Loss * 100,
        ["burst"] = settings.Burst,
        ["jitter"] = settings.Jitter.TotalMilliseconds,
        ["rate"] = settings.Rate,
        ["queue"] = settings.Queue,
    };
}
