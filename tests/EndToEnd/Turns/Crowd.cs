using QuicPair.Client;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Turns;

/// <summary>Phones of one Mac, each a device with its own port, certificate, keys and pairings file.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-phones-").FullName;
    private readonly List<Phone> _phones = [];
    private readonly List<PairedMac> _sessions = [];

    /// <summary>Pairs so many more, one after the other: a Mac has one open invitation.</summary>
    public async Task Pair(MacProcess mac, int phones)
    {
        for (var paired = 0; paired < phones; paired++)
        {
            Assert.True(PairingLink.TryParse(await mac.Invite(), out var link, out string problem), problem);
            var phone = new Phone(new PhoneOptions
            {
                Name = $"phone {_phones.Count}",
                StorePath = Path.Combine(_folder, $"{_phones.Count}.json"),
            });
            _phones.Add(phone);
            _sessions.Add(await phone.Pair(link, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>One of the phones asks; they are counted from 0 in the order of their pairing.</summary>
    public Question Ask(int phone, string prompt) => new(_sessions[phone], prompt);

    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) await session.DisposeAsync();
        foreach (var phone in _phones) await phone.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
