using QuicPair.EndToEnd.Canary;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Traces;

/// <summary>
/// What a process sends to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, and what it keeps.
/// </summary>
public sealed class TraceTests
{
    // Of Collector.Settings: spans come while the process runs, or all of them when it ends.
    private const int AtOnce = 100;
    private const int AtTheEnd = 3_600_000;

    // The activity sources of docs/operations.md.
    private const string Ours = "QuicPair";
    private const string Grains = "Microsoft.Orleans.Application";
    private const string Silos = "Microsoft.Orleans.Runtime";

    private const string Verify = "quicpair.offer.verify";
    private const string Chat = "quicpair.chat";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Mac_that_ends_has_sent_the_traces_of_a_chat_and_nothing_of_what_was_said()
    {
        await using var collector = await Collector.Start();
        var service = $"mac-{Guid.NewGuid():N}";
        await using var mac = await MacProcess.Start(settings: collector.Settings(service, AtTheEnd));
        using var phone = new PhoneCommand();
        var (prompt, name, text) = ($"prompt-{Guid.NewGuid():N}", $"name-{Guid.NewGuid():N}", await mac.Invite());
        Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
        var invited = SealedKeys.Of(mac);
        Assert.Equal(0, (await phone.Run("chat", text, prompt, "--name", name)).Exit);
        var kept = SealedKeys.Of(mac);
        await End(mac.Process);

        var spans = collector.All();
        Assert.All(spans, span => Assert.Equal(service, span.Service));
        Assert.Contains(spans, span => (span.Source, span.Name) == (Ours, Verify));
        Assert.Null(Assert.Single(spans, span => (span.Source, span.Name) == (Ours, Chat)).Parent);
        Assert.Contains(spans, span => span.Source == Grains);
        byte[][] secrets = [link.Secret, .. invited.Secrets, .. kept.Secrets, .. kept.Seals];
        AssertHoldsNone(collector, new CanaryScan([prompt, name, text, text[^96..]], secrets), service);
    }

    [Fact]
    public async Task An_offer_is_one_trace_from_the_front_door_to_its_Mac()
    {
        await using var collector = await Collector.Start();
        var (front, behind) = ($"door-{Guid.NewGuid():N}", $"mac-{Guid.NewGuid():N}");
        await using var door = await FrontDoorProcess.Start($"{Guid.NewGuid():N}", collector.Settings(front, AtOnce));
        var settings = collector.Settings(behind, AtOnce);
        settings["Cluster__Primary"] = $"127.0.0.1:{door.SiloPort}";
        settings["FrontDoor__PublicUrl"] = door.Address.GetLeftPart(UriPartial.Authority);
        await using var mac = await MacProcess.Start(settings: settings);
        var folder = Directory.CreateTempSubdirectory("quicpair-phone-");
        try
        {
            var planted = await Planted.Through(mac, door.Address, folder.FullName);

            var judged = await collector.First(span => (span.Source, span.Name) == (Ours, Verify));
            Assert.Equal(behind, judged.Service);
            var heard = await Above(judged, collector);
            Assert.Equal((behind, Grains), (heard.Service, heard.Source));
            var asked = await Above(heard, collector);
            Assert.Equal((front, Grains), (asked.Service, asked.Source));
            Assert.True(asked.Parent is not null, "The call is no part of the request that it was made for.");

            await collector.First(span => (span.Service, span.Name) == (behind, Chat));
            await collector.First(span => span.Source == Silos);
            await End(mac.Process);
            await End(door.Process);
            AssertHoldsNone(collector, planted.Everywhere, front, behind);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_front_door_that_ends_has_sent_its_traces_not_its_operators_token_nor_in_a_strangers_trace()
    {
        await using var collector = await Collector.Start();
        var (service, token, trace) = ($"door-{Guid.NewGuid():N}", $"{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        await using var door = await FrontDoorProcess.Start(token, collector.Settings(service, AtTheEnd));
        using (var http = new HttpClient { BaseAddress = door.Address })
        {
            // In the address, as the link has it that the terminal shows.
            using var page = await http.GetAsync($"/fleet?token={token}", Cancellation);
            http.DefaultRequestHeaders.Authorization = new("Bearer", token);
            http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-{trace[..16]}-01");
            await http.GetStringAsync("/api/macs", Cancellation);
        }

        await End(door.Process);

        Assert.Contains(collector.All(), span => (span.Service, span.Source) == (service, Grains));
        Assert.DoesNotContain(collector.All(), span => span.TraceId == trace);
        AssertHoldsNone(collector, new CanaryScan([token], []), service);
    }

    /// <summary>The span that a span is a part of, in the same trace.</summary>
    private static async Task<ReceivedSpan> Above(ReceivedSpan span, Collector collector)
    {
        Assert.True(span.Parent is not null, $"{span.Name} of {span.Service} starts a trace of its own.");
        var above = await collector.First(other => other.Id == span.Parent);
        Assert.Equal(span.TraceId, above.TraceId);
        return above;
    }

    private static async Task End(ChildProcess process)
    {
        await process.Terminate();
        Assert.Equal(0, await process.Exit());
    }

    /// <summary>The scan finds what must be there, a text and bytes, and nothing of what was planted.</summary>
    private static void AssertHoldsNone(Collector collector, CanaryScan planted, params string[] services)
    {
        Assert.All(services, service => Assert.True(collector.Holds(new CanaryScan([service], []))));
        var trace = Convert.FromHexString(collector.All()[0].TraceId);
        Assert.True(collector.Holds(new CanaryScan([], [trace])));
        Assert.False(collector.Holds(planted), "Something planted is in what the collector was sent.");
    }
}
