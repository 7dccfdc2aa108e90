using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Audit;

namespace QuicPair.Silo.Keys;

/// <content>Devices that come on another Mac's word, and go with it (docs/protocol.md, 5.1).</content>
internal sealed partial class KeyStore
{
    // Ours.
    private const int MaxVouched = 64;
    private const int MaxFormer = 1024;
    private const int MaxMacs = 16;

    // Every Mac that a household will ever have.
    private const int MaxMembers = 256;
    private const int MaxOwed = 4096;

    // A voucher is good for 300 s by either clock; what a stranger names is remembered longer than that.
    private static readonly TimeSpan FormerStranger = TimeSpan.FromMinutes(15);

    /// <summary>Called after a revocation that other Macs have to be told.</summary>
    public Action? Owing { get; set; }

    /// <summary>The ids of the household's Macs, here or away, as far as they are known.</summary>
    public Func<IEnumerable<string>> Macs { get; set; } = () => [];

    /// <summary>By what the household's members are known; null for a Mac that is alone.</summary>
    public HouseholdTrust? Trust => Volatile.Read(ref _content).Trust;

    /// <summary>The ids of the household's other Macs that this one has ever heard of, first heard first.</summary>
    public IReadOnlyList<string> Members => Volatile.Read(ref _content).Members;

    /// <summary>The revocations that are still to be told, oldest first.</summary>
    public IReadOnlyList<OwedRevocation> Owed => Volatile.Read(ref _content).Owed;

    /// <summary>Makes the household's key, once; for its first Mac.</summary>
    public HouseholdTrust FoundHousehold()
    {
        lock (_lock)
        {
            if (_content.Trust is not { Signing: not null })
            {
                Store(_content with { Trust = HouseholdTrust.Found(Mac.PublicKey), Members = [], Owed = [] });
            }

            return _content.Trust!;
        }
    }

    /// <summary>Pins the household's key. False when the statement is not about this Mac.</summary>
    public bool JoinHousehold(byte[] root, byte[] statement)
    {
        var trust = new HouseholdTrust(root, statement, null);
        if (!trust.Knows(Mac.PublicKey, statement)) return false;
        lock (_lock)
        {
            var isSame = _content.Trust is { } before && SameKey(before.Root, root);
            Store(isSame
                ? _content with { Trust = trust }
                : _content with { Trust = trust, Members = [], Owed = [] });
        }

        return true;
    }

    /// <summary>
    /// Notes durably that Macs are of the household. The list of members forgets one that is away for a week; what that
    /// Mac has to hear when it is back is owed to it all the same.
    /// </summary>
    public void NoteMembers(IEnumerable<string> macs)
    {
        lock (_lock)
        {
            string[] heard =
            [
                .. macs.Where(mac => Grains.Interfaces.MacId.TryParse(mac, out _))
                    .Except([.. _content.Members, MacId])
                    .Take(MaxMembers - _content.Members.Count),
            ];
            if (heard.Length > 0) Store(_content with { Members = _content.Members.AddRange(heard) });
        }
    }

    /// <summary>
    /// Notes durably that a Mac proved to be of a household; nothing when this Mac has left that one meanwhile.
    /// </summary>
    public void NoteProven(string mac, HouseholdTrust by)
    {
        lock (_lock)
        {
            if (_content.Trust is { } trust && SameKey(trust.Root, by.Root)) NoteMembers([mac]);
        }
    }

    /// <summary>Stores a device that another Mac vouched for, pending; the same again changes nothing.</summary>
    /// <returns>False when its pairing is over here, its id is taken, or there are too many.</returns>
    public bool AddVouched(DeviceRecord pending)
    {
        lock (_lock)
        {
            var origin = pending.Origin!;
            if (_content.Former.ContainsKey(origin) || _content.Former.Count >= MaxFormer) return false;
            if (_content.Invitation?.Device == pending.Id) return false;
            if (_content.Devices.TryGetValue(pending.Id, out var stored))
            {
                return stored.Origin == origin && Holds(pending);
            }

            // A phone that asks again has lost what it asked before.
            var stale = _content.Devices.Values.Where(device => device.Origin == origin && !device.IsPaired);
            var devices = _content.Devices.RemoveRange(stale.Select(device => device.Id));
            if (devices.Values.Count(device => device.Origin is not null) >= MaxVouched) return false;
            Store(_content with { Devices = devices.Add(pending.Id, pending) });
            Audit?.Write(AuditEvent.Vouched, pending.Id);
            return true;
        }
    }

    /// <summary>
    /// Notes durably that this Mac vouches for a device of its own at another Mac, before it does: from then on that
    /// Mac is told when the device is revoked. False when the device is not here, or at too many Macs.
    /// </summary>
    public bool NoteVouched(string device, string mac)
    {
        lock (_lock)
        {
            if (_content.Devices.GetValueOrDefault(device) is not { IsPaired: true, Origin: null } record) return false;
            if (record.VouchedTo.Contains(mac)) return true;
            if (record.VouchedTo.Count >= MaxMacs) return false;
            record = record with { VouchedTo = [.. record.VouchedTo, mac] };
            Store(_content with { Devices = _content.Devices.SetItem(device, record) });
            return true;
        }
    }

    /// <summary>Deletes what comes from a pairing, because another Mac says that it is over.</summary>
    /// <returns>The devices that were deleted.</returns>
    public IReadOnlyList<DeviceId> DeleteOrigin(PairingOrigin origin)
    {
        if (origin.Mac == MacId)
        {
            var device = DeviceId.Parse(origin.Device);
            return Delete(device, here: false) ? [device] : [];
        }

        List<DeviceRecord> gone;
        lock (_lock)
        {
            gone = [.. _content.Devices.Values.Where(device => device.Origin == origin)];
            var isFull = _content.Former.Count >= MaxFormer;
            if (gone.Count == 0 && (isFull || _content.Former.ContainsKey(origin))) return [];
            var until = gone.Count > 0 ? DateTimeOffset.MaxValue : _time.GetUtcNow() + FormerStranger;
            Store(_content with
            {
                Devices = _content.Devices.RemoveRange(gone.Select(device => device.Id)),
                Former = _content.Former.SetItem(origin, until),

                // Whoever told it may not live to tell it to all; a Mac without such a device passes nothing on.
                Owed = gone.Count == 0 ? _content.Owed : Owe(_content, Everybody(_content, origin), origin),
            });
            gone.ForEach(device => Audit?.Write(AuditEvent.Revoked, device.Id));
        }

        gone.ForEach(device => Deleted?.Invoke(device.Id));
        if (gone.Count > 0) Owing?.Invoke();
        return [.. gone.Select(device => DeviceId.Parse(device.Id))];
    }

    /// <summary>Forgets a revocation that was told.</summary>
    public void Settle(OwedRevocation owed)
    {
        lock (_lock)
        {
            if (_content.Owed.Contains(owed)) Store(_content with { Owed = _content.Owed.Remove(owed) });
        }
    }

    /// <summary>
    /// A device that was scanned here is over wherever this Mac vouched for it; one that came from elsewhere is over
    /// there too, unless it is only removed here, and never comes back on the same word. Where else it is, that Mac
    /// alone knows, and it may be away for long: so every Mac is told.
    /// </summary>
    private KeyFileContent WithRevocation(KeyFileContent content, DeviceRecord record, bool here)
    {
        var origin = record.Origin ?? new PairingOrigin(MacId, record.Id);
        IEnumerable<string> told = here ? []
            : record.Origin is null ? record.VouchedTo
            : Everybody(content, origin);
        return content with
        {
            Owed = Owe(content, told, origin),
            Former = record.Origin is null ? content.Former : content.Former.SetItem(origin, DateTimeOffset.MaxValue),
        };
    }

    /// <summary>Every other Mac that may have a device of a pairing, the one where it was scanned first.</summary>
    private IEnumerable<string> Everybody(KeyFileContent content, PairingOrigin origin) =>
        Macs().Concat(content.Members).Except([MacId]).Prepend(origin.Mac).Distinct();

    private static ImmutableList<OwedRevocation> Owe(
        KeyFileContent content, IEnumerable<string> told, PairingOrigin origin)
    {
        var owed = content.Owed.AddRange(told.Select(mac => new OwedRevocation(mac, origin)).Except(content.Owed));
        if (owed.Count <= MaxOwed) return owed;

        // The oldest go, those to Macs that are only rows in the list of members first: anybody with the database's
        // password makes such rows.
        var known = content.Members.ToHashSet();
        var over = owed.OrderBy(each => known.Contains(each.Mac) || each.Mac == each.Origin.Mac)
            .Take(owed.Count - MaxOwed);
        return [.. owed.Except(over)];
    }
}
