using QuicPair.Client;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A phone with a live session at one Mac.</summary>
internal sealed class Guest : IAsyncDisposable
{
    private readonly Phone _phone;
    private PairedMac _live;

    private Guest(int mac, Phone phone, PairedMac live) => (Mac, _phone, _live) = (mac, phone, live);

    /// <summary>Which Mac of the household.</summary>
    public int Mac { get; }

    public static async Task<Guest> Pair(Household household, int mac, string name)
    {
        var phone = await household.Pair(household.Macs[mac], name);
        return new Guest(mac, phone, await phone.Open(phone.Pairings.Load().Single(), CancellationToken.None));
    }

    /// <summary>The session of before goes on, and gives a whole answer.</summary>
    public async Task IsAnswered() => Assert.IsType<DoneMessage>(await Answers.Last(_live));

    /// <summary>A new session of the same pairing.</summary>
    public async Task OpenAgain()
    {
        await _live.DisposeAsync();
        _live = await _phone.Open(_phone.Pairings.Load().Single(), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _live.DisposeAsync();
        await _phone.DisposeAsync();
    }
}
