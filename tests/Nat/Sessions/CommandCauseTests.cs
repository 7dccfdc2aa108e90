using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A command that finds no path says what the servers told it. <c>QUICPAIR_SOAK=1</c>: every cause; a relay that is
/// away is in <see cref="VanishedRelayTests"/>.
/// </summary>
public sealed class CommandCauseTests
{
    public static TheoryData<NatKind, string, string, string> Causes
    {
        get
        {
            var causes = new TheoryData<NatKind, string, string, string>
            {
                { NatKind.UdpBlocked, "TURN_PASS", "wrong", "the TURN server refused to relay" },
            };
            if (!Lane.IsSoak) return causes;
            causes.Add(NatKind.UdpBlocked, "TURN_URLS", "", "lets no UDP out");
            causes.Add(NatKind.Symmetric, "TURN_URLS", "", "found no way to each other");
            return causes;
        }
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task The_command_says_why_there_is_no_path(NatKind kind, string setting, string value, string sentence)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var world = new World(TimeSpan.FromMilliseconds(1));
        await using var home = await Home.Start(world, 10, cancellation, (setting, value));
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", kind));
        var host = world.Add(Namespace.Create("phone"));
        router.AddHost(host, "eth0", "192.168.11");
        var settings = new Dictionary<string, string> { ["QUICPAIR_HOME"] = Path.Combine(world.Folder, "phone") };
        var (exit, said) = await Quicpair.Run(
            host, settings, cancellation, "chat", await home.Invite(cancellation), "Speak");

        Assert.NotEqual(0, exit);
        Assert.Contains(sentence, said, StringComparison.Ordinal);
    }
}
