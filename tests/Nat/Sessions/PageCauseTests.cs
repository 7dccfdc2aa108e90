using QuicPair.EndToEnd;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A page that finds no path says what the servers told its browser. <c>QUICPAIR_SOAK=1</c>: every cause.
/// </summary>
public sealed class PageCauseTests
{
    private const string Nowhere = $"turn:{TurnServer.Address}:4000?transport=tcp";

    public static TheoryData<NatKind, string, string, string> Causes
    {
        get
        {
            var causes = new TheoryData<NatKind, string, string, string>
            {
                { NatKind.UdpBlocked, "TURN_PASS", "wrong", "refused this phone's user name" },
            };
            if (!Lane.IsSoak) return causes;
            causes.Add(NatKind.UdpBlocked, "TURN_URLS", "", "lets no UDP out");
            causes.Add(NatKind.Symmetric, "TURN_URLS", Nowhere, "the TURN server does not answer");
            causes.Add(NatKind.Symmetric, "TURN_URLS", "", "No way to your Mac was found");
            return causes;
        }
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task The_page_says_why_there_is_no_path(NatKind kind, string setting, string value, string sentence)
    {
        Chromium.Require();
        var cancellation = TestContext.Current.CancellationToken;
        using var world = new World(TimeSpan.FromMilliseconds(1));
        await using var home = await Home.Start(world, 10, cancellation, (setting, value));
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", kind));
        var host = world.Add(Namespace.Create("phone"));
        router.AddHost(host, "eth0", "192.168.11");
        await using var page = await Chromium.Start(390, 844, host.Name);
        await page.Open(await home.Invite(cancellation));
        await page.Click("Pair");
        await page.WaitFor(".problem", sentence);
    }
}
