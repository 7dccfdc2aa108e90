using System.Diagnostics.CodeAnalysis;
using QuicPair.Client;
using QuicPair.Client.Store;
using QuicPair.Cluster;
using QuicPair.Protocol;

namespace QuicPair.Cli.Macs;

/// <summary>Which paired Mac a command talks to.</summary>
internal static class MacChoice
{
    // Ours: the first question does not wait longer for the other Macs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>This device, as the command line describes it.</summary>
    public static PhoneOptions Options(Terminal terminal, string? home, string? name)
    {
        var defaults = new PhoneOptions();
        return defaults with
        {
            Name = name ?? defaults.Name,
            StorePath = DataFolder.PairingsFile(home ?? DataFolder.Path),
            ShowCode = code => terminal.Note($"Pairing. The code of both ends is {code}."),
        };
    }

    /// <summary>
    /// The link's Mac, else the one of that name or id, else any that has the model, else the one that was paired last;
    /// a pairing that was completed comes before one that was not.
    /// </summary>
    public static bool TryChoose(
        Terminal terminal,
        Phone phone,
        PairingLink? link,
        string? mac,
        string? model,
        [NotNullWhen(true)] out Func<CancellationToken, Task<PairedMac>>? connect)
    {
        if (link is not null)
        {
            connect = cancellation => Pair(terminal, phone, link, cancellation);
            return true;
        }

        if (mac is null && model is not null && phone.Household().Count > 1)
        {
            connect = phone.AnyMac(model);
            return true;
        }

        var device = phone.Usable().FirstOrDefault(record => IsWanted(record, mac))?.DeviceId;
        connect = device is null ? null : cancellation => phone.Open(Find(phone, device), cancellation);
        return connect is not null;
    }

    /// <summary>What to say when there is none.</summary>
    public static string NothingPaired(string? mac, PhoneOptions options) =>
        mac is not null ? $"This device is not paired with a Mac called {mac}."
        : FolderLock.IsHeld(Path.GetDirectoryName(options.StorePath) ?? "")
            ? "This device is not paired with a Mac yet; for the Mac that runs here: quicpair pair, and then: "
                + "quicpair chat '<link>'"
            : "This device is not paired with a Mac yet; run on the Mac: quicpair pair, and here: "
                + "quicpair chat '<link>'";

    /// <summary>One scan is enough for every Mac of the household; without the others the scanned one serves.</summary>
    private static async Task<PairedMac> Pair(
        Terminal terminal, Phone phone, PairingLink link, CancellationToken cancellation)
    {
        var mac = await phone.Pair(link, cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            var others = await phone.UseHousehold(mac, limit.Token);
            if (others.Count > 0)
            {
                var names = string.Join(", ", others.Select(other => Terminal.Harmless(other.MacName)));
                terminal.Note($"Paired with the household's other Macs too: {names}.");
            }
        }
        catch (Exception failure) when (failure is AnswerException or ConnectException
            || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // An older Mac, or one without a household.
        }

        return mac;
    }

    private static PairingRecord Find(Phone phone, string device) =>
        phone.Pairings.Load().FirstOrDefault(record => record.DeviceId == device)
        ?? throw new ConnectException(ConnectFailure.Refused);

    private static bool IsWanted(PairingRecord record, string? mac) =>
        mac is null
        || record.MacId == mac
        || string.Equals(record.MacName, mac, StringComparison.OrdinalIgnoreCase);
}
