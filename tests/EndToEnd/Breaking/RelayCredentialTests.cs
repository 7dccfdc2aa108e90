using System.Globalization;
using System.Text.RegularExpressions;
using QuicPair.EndToEnd.Cuts;
using QuicPair.Rtc.Sockets;
using QuicPair.Rtc.Sockets.Tests.Gathering;
using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>
/// A phone that has nothing but a relay, coturn with <c>use-auth-secret</c>, and credentials that the front door makes
/// for five seconds. QUICPAIR_SOAK=1 goes on until the first allocations are long given back.
/// </summary>
public sealed partial class RelayCredentialTests
{
    private const string Prompt = "Tell me everything";
    private const int LifetimeSeconds = 5;

    private static int Renewals => Cutting.IsSoak ? 40 : 3;

    [Fact]
    public async Task A_phone_outlives_the_credentials_that_it_began_with_and_loses_nothing()
    {
        using var coturn = await Coturn.Start(usesSecret: true);
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>
        {
            ["Ice__StunUrls"] = "",
            ["Ice__CredentialLifetime"] = $"00:00:{LifetimeSeconds:00}",
            ["TURN_URLS"] = coturn.Server(IceTransport.Udp).ToString(),
            ["TURN_SECRET"] = Coturn.Secret,
        });
        await using var phone = await TestPhone.Pair(mac, relayOnly: true);
        var whole = await phone.Ask(Prompt);

        // None is asked for before half of the former one's life: by the third renewal the first has ended.
        // An answer takes some two seconds.
        for (var asked = 0; Ends(coturn).Count <= Renewals; asked++)
        {
            Assert.InRange(asked, 0, 50 + (10 * Renewals));
            Assert.Equal(whole, await phone.Ask(Prompt));
        }

        Assert.Equal(whole, await phone.Ask(Prompt));
        Assert.Equal(PathKind.Relay, phone.Way);
        Assert.False(phone.Ended.IsCompleted);
    }

    /// <summary>
    /// When the credentials end with which the phone got an allocation. The Mac's own live for ten minutes.
    /// </summary>
    private static HashSet<DateTimeOffset> Ends(Coturn coturn)
    {
        var ends = coturn.Lines()
            .Select(line => Allocated().Match(line))
            .Where(match => match.Success)
            .Select(match => long.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))
            .Select(DateTimeOffset.FromUnixTimeSeconds);
        var soon = DateTimeOffset.UtcNow.AddMinutes(1);
        return [.. ends.Where(end => end < soon)];
    }

    [GeneratedRegex(@"user <(\d+):[0-9a-f]+>: incoming packet ALLOCATE processed, success")]
    private static partial Regex Allocated();
}
