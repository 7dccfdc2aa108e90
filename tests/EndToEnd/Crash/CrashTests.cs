using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.EndToEnd.Crash;

/// <summary>SIGKILL of the silo at each step of pairing and chatting; the phone then comes back.</summary>
public sealed class CrashTests
{
    public enum Moment
    {
        BeforeTheOffer,
        AfterTheAnswer,
        AtTheCode,
        AfterPairing,
        AtTheFirstWord,
    }

    public static TheoryData<Moment> Moments => [.. Enum.GetValues<Moment>()];

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_killed_silo_loses_no_pairing(Moment moment)
    {
        var mac = await MacProcess.Start();
        var folder = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;
        try
        {
            var text = await mac.Invite();
            Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
            var options = new PhoneOptions { Name = "crash", StorePath = Path.Combine(folder, "pairings.json") };

            await Interrupted(options, link, moment, mac.Process);
            mac = await mac.KillAndRestart();

            await using var phone = new Phone(options);
            var record = phone.Pairings.Load().SingleOrDefault();
            await using var back = moment >= Moment.AfterPairing
                ? await phone.Open(record!, TestContext.Current.CancellationToken)
                : await phone.Pair(link, TestContext.Current.CancellationToken);
            Assert.True(await Words(back) > 0);
            var devices = await mac.Ask(new { op = "devices" });
            Assert.Equal(1, devices.GetProperty("devices").GetArrayLength());
        }
        finally
        {
            await mac.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Interrupted(PhoneOptions options, PairingLink link, Moment moment, ChildProcess silo)
    {
        using var signaling = new Interrupting(
            before: () => moment == Moment.BeforeTheOffer ? silo.Kill() : Task.CompletedTask,
            after: () => moment == Moment.AfterTheAnswer ? silo.Kill() : Task.CompletedTask);
        await using var phone = new Phone(options with
        {
            HttpHandler = signaling,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            ShowCode = _ => Kill(silo, moment == Moment.AtTheCode),
        });
        try
        {
            await using var mac = await phone.Pair(link, TestContext.Current.CancellationToken);
            if (moment == Moment.AtTheFirstWord)
            {
                await using var words = mac.Chat(new ChatMessage { Prompt = "a long story" })
                    .GetAsyncEnumerator(TestContext.Current.CancellationToken);
                Assert.True(await words.MoveNextAsync());
            }
        }
        catch (ConnectException)
        {
            Assert.NotEqual(Moment.AfterPairing, moment);
        }
    }

    private static void Kill(ChildProcess silo, bool wanted)
    {
        if (wanted)
        {
            using var process = System.Diagnostics.Process.GetProcessById(silo.Id);
            process.Kill();
        }
    }

    private static async Task<int> Words(PairedMac mac)
    {
        var deltas = 0;
        Message? last = null;
        await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }))
        {
            deltas += message is DeltaMessage ? 1 : 0;
            last = message;
        }

        Assert.IsType<DoneMessage>(last);
        return deltas;
    }

    /// <summary>Does something right before a request leaves and right after its answer came.</summary>
    private sealed class Interrupting(Func<Task> before, Func<Task> after) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await before();
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            await after();
            return response;
        }
    }
}
