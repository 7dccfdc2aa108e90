using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Matrix;

/// <summary>
/// The phone loses its address and gets another one on another interface behind another NAT, while the Mac streams. The
/// stream goes on over the same DTLS and SCTP association. <c>QUICPAIR_SOAK=1</c>: 100 switches in a row.
/// </summary>
public sealed class NetworkSwitchTests
{
    private const int GapMs = 10;
    private const int MessagesPerSwitch = 300;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_goes_on_when_the_phone_changes_its_network()
    {
        using var world = new World(TimeSpan.FromMilliseconds(25));
        var phone = world.Site(NatKind.PortRestricted, 11);
        var mac = world.Site(NatKind.PortRestricted, 12);
        Router[] routers =
        [
            phone.Router!,
            world.Add(Router.OnInternet(world.Internet, "198.51.100.13", NatKind.AddressRestricted)),
        ];
        await using var pairing = await Pairing.Start(world, phone, mac, Cancellation);
        world.Internet.StartCapture();
        await pairing.Connect();

        // The first connection's handshake is seen, so that to see none below says something.
        Assert.Contains(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        world.Internet.StartCapture();
        var sctp = (await pairing.Statistics(pairing.Phone)).GetProperty("sctp").GetDouble();
        for (var turn = 1; turn <= (Lane.IsSoak ? 100 : 3); turn++)
        {
            pairing.BeginStream(MessagesPerSwitch, GapMs);
            Move(phone.Host, routers[turn % 2], turn);
            await pairing.Restart();
            var streamed = await pairing.EndOfStream();
            Assert.Equal(
                (MessagesPerSwitch, 0, 0, 0),
                (Number("received"), Number("missing"), Number("doubled"), Number("damaged")));
            TestContext.Current.TestOutputHelper?.WriteLine(
                $"switch {turn}: longest silence {streamed.GetProperty("longestSilence").GetDouble():0} ms");

            int Number(string name) => streamed.GetProperty(name).GetInt32();
        }

        // No ClientHello: DTLS did not begin anew. An INIT is inside DTLS; its association is still the first one.
        Assert.DoesNotContain(world.Internet.TakeCapture(), seen => seen.IsHandshake);
        Assert.Equal(sctp, (await pairing.Statistics(pairing.Phone)).GetProperty("sctp").GetDouble());
    }

    private static void Move(Namespace host, Router to, int turn)
    {
        var from = turn == 1 ? "eth0" : $"net{turn - 1}";
        host.Ip($"link delete {from}");
        to.AddHost(host, $"net{turn}", $"192.168.{20 + (turn % 200)}");
    }
}
