using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>Asks a Mac who it is, and remembers it once it proved to be of the household.</summary>
internal static class MemberProof
{
    // Ours: a Mac that hangs is passed over this time.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>What a member says of itself; null for any other Mac, and for one that is away.</summary>
    public static async Task<MacIntroduction?> Ask(
        MacId mac, Func<MacId, IMacGrain> find, KeyStore keys, TimeProvider time, CancellationToken stop)
    {
        if (keys.Trust is not { } trust || mac.Value == keys.MacId) return null;
        try
        {
            var said = await find(mac).Introduce().WaitAsync(Patience, time, stop);
            if (!Fits(mac, said, trust)) return null;
            Note(mac, keys, trust);
            return said;
        }
        catch (Exception problem) when (problem is MacUnavailableException or OrleansException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Anybody with the database's password makes a row of any name; nobody makes the key to it.</summary>
    private static bool Fits(MacId mac, MacIntroduction said, HouseholdTrust trust) =>
        !said.Key.IsDefault && said.Key.Length == KeySchedule.KeyLength
        && KeySchedule.MacId(said.Key.AsSpan()) == mac.Value
        && !said.Statement.IsDefault && trust.Knows(said.Key.AsSpan(), said.Statement.AsSpan());

    private static void Note(MacId mac, KeyStore keys, HouseholdTrust trust)
    {
        try
        {
            keys.NoteProven(mac.Value, trust);
        }
        catch (KeysNotWrittenException)
        {
            // The disk is full: it is noted when it is met again.
        }
    }
}
