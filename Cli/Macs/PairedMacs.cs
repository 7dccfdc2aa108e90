using QuicPair.Client;
using QuicPair.Client.Store;

namespace QuicPair.Cli.Macs;

/// <summary>The Macs that this machine is paired with, where it has no daemon of its own to ask.</summary>
internal static class PairedMacs
{
    /// <summary>Which they are and how they are asked, in one sentence; null when there is none.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="takesMac">Whether the command that was typed has <c>--mac</c>.</param>
    public static string? Instead(string folder, bool takesMac)
    {
        var macs = Known(folder);
        if (macs.Count == 0) return null;
        var names = string.Join(", ", macs.Select(Name));
        var which = macs.Count == 1 ? "it" : "one of them";
        return $"This machine is paired with {names}; to ask {which}"
            + (takesMac ? $", add: --mac {Word(macs[0])}" : ": quicpair models, quicpair chat");
    }

    /// <summary>Those that know this machine, the last paired first.</summary>
    private static List<PairingRecord> Known(string folder)
    {
        try
        {
            return
            [
                .. new PairingStore(DataFolder.PairingsFile(folder)).Load()
                    .Where(record => record.HasLastingKeys && record.Vouching != VouchingStage.Asked)
                    .Reverse()
                    .DistinctBy(record => record.MacId),
            ];
        }
        catch (PairingStoreException)
        {
            // The commands that use the file say what is wrong with it.
            return [];
        }
    }

    private static string Name(PairingRecord mac) =>
        mac.MacName.Length > 0 ? Terminal.Harmless(mac.MacName) : mac.MacId;

    // As it can be typed into any shell.
    private static string Word(PairingRecord mac) =>
        mac.MacName.Length > 0 && mac.MacName[0] != '-'
        && mac.MacName.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? mac.MacName
            : mac.MacId;
}
