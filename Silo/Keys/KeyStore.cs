using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Grains.Ports;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Silo.Audit;

namespace QuicPair.Silo.Keys;

/// <summary>
/// The key file in memory. Every change is on the disk before it is visible, and is made under one lock, which
/// revocation shares with sessions that become live.
/// </summary>
internal sealed partial class KeyStore : IDeviceKeys, IDisposable
{
    // From the protocol.
    private static readonly TimeSpan PendingLife = TimeSpan.FromDays(7);
    private static readonly TimeSpan MaxInvitation = TimeSpan.FromMinutes(15);

    // Ours: how often it is looked whether something in the file is over.
    private static readonly TimeSpan PurgePeriod = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly KeyFile _file;
    private readonly TimeProvider _time;
    private readonly ITimer _purge;
    private KeyFileContent _content;
    private bool _isDisposed;

    private KeyStore(KeyFile file, KeyFileContent content, TimeProvider time)
    {
        _file = file;
        _content = content;
        _time = time;
        Mac = KeyPair.FromPrivateKey(content.MacPrivateKey);
        MacId = KeySchedule.MacId(Mac.PublicKey);
        _purge = time.CreateTimer(_ => Purge(), null, PurgePeriod, PurgePeriod);
    }

    /// <summary>The Mac's static key pair.</summary>
    public KeyPair Mac { get; }

    public string MacId { get; }

    /// <summary>Who hears of what is changed here.</summary>
    public AuditLog? Audit { get; set; }

    /// <summary>Called with the id of a device or an invitation that was deleted.</summary>
    public Action<string>? Deleted { get; set; }

    /// <exception cref="StartupException">The key file cannot be used.</exception>
    public static KeyStore Open(DataFolder folder, TimeProvider time) =>
        new(KeyFile.Open(folder, out var content), content, time);

    /// <summary>What is known of a device: its stored record and the open invitation that names it.</summary>
    public (DeviceRecord? Record, Invitation? Invitation) Find(string device)
    {
        var now = _time.GetUtcNow();
        var content = Volatile.Read(ref _content);
        var record = content.Devices.GetValueOrDefault(device);
        if (record is not null && IsForgotten(record, now)) record = null;
        var invitation = content.Invitation is { } open && open.Device == device && open.Expires > now ? open : null;
        return (record, invitation);
    }

    /// <summary>The open invitation, or null.</summary>
    public Invitation? OpenInvitation =>
        Volatile.Read(ref _content).Invitation is { } open && open.Expires > _time.GetUtcNow() ? open : null;

    /// <summary>Makes the open invitation; the one before is void.</summary>
    public Invitation Invite(TimeSpan lifetime, LinkFlags flags)
    {
        var life = TimeSpan.FromTicks(Math.Clamp(lifetime.Ticks, TimeSpan.TicksPerSecond, MaxInvitation.Ticks));
        lock (_lock)
        {
            var expires = DateTimeOffset.FromUnixTimeSeconds((_time.GetUtcNow() + life).ToUnixTimeSeconds());
            var secret = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);
            var invitation = new Invitation(secret, expires, flags);
            Store(_content with { Invitation = invitation });
            Audit?.Write(AuditEvent.Invited, invitation.Device);
            return invitation;
        }
    }

    /// <summary>
    /// Whether this invitation has not been replaced, used or removed; its time is the gate's business.
    /// </summary>
    public bool IsOpen(Invitation invitation) => Volatile.Read(ref _content).Invitation == invitation;

    /// <summary>Stores a claimer's lasting keys, pending, durably.</summary>
    public ClaimOutcome Claim(Invitation invitation, DeviceRecord pending)
    {
        lock (_lock)
        {
            if (_content.Invitation != invitation) return ClaimOutcome.Gone;
            if (_content.Devices.GetValueOrDefault(pending.Id) is { } stored
                && (stored.IsPaired || !SameKey(stored.PublicKey, pending.PublicKey)))
            {
                return ClaimOutcome.Taken;
            }

            Store(_content with { Devices = _content.Devices.SetItem(pending.Id, pending) });
            Audit?.Write(AuditEvent.Claimed, pending.Id);
            return ClaimOutcome.Claimed;
        }
    }

    /// <summary>
    /// A device proved that it stored its lasting keys: it is paired, durably, and the invitation is erased. False
    /// when this record is no longer there.
    /// </summary>
    public bool Commit(DeviceRecord record)
    {
        lock (_lock)
        {
            if (!Holds(record)) return false;
            var stored = _content.Devices[record.Id];
            var invitation = _content.Invitation?.Device == record.Id ? null : _content.Invitation;
            if (stored.IsPaired && invitation == _content.Invitation) return true;
            var paired = stored.IsPaired ? stored : stored with { IsPaired = true, Since = _time.GetUtcNow() };
            Store(_content with
            {
                Invitation = invitation,
                Devices = _content.Devices.SetItem(record.Id, paired),
            });
            if (!stored.IsPaired) Audit?.Write(AuditEvent.Paired, record.Id);
            return true;
        }
    }

    /// <summary>Does something if the record still stands, so that no revocation falls in between.</summary>
    public bool IfAdmitted(DeviceRecord record, Action admit)
    {
        lock (_lock)
        {
            if (!Holds(record)) return false;
            admit();
            return true;
        }
    }

    public DeviceStanding? Standing(DeviceId device)
    {
        var (record, invitation) = Find(device.Value);
        if (record is not null) return Standing(record);
        return invitation is null ? null : Standing(invitation);
    }

    public IReadOnlyList<DeviceStanding> All()
    {
        var content = Volatile.Read(ref _content);
        var all = content.Devices.Values.Where(record => record.IsPaired)
            .OrderBy(record => record.Since).Select(Standing).ToList();
        if (content.Invitation is { } open && open.Expires > _time.GetUtcNow())
        {
            var (claimed, _) = Find(open.Device);
            if (claimed is not { IsPaired: true }) all.Add(claimed is null ? Standing(open) : Standing(claimed));
        }

        return all;
    }

    public Task<bool> Delete(DeviceId device)
    {
        try
        {
            return Task.FromResult(Delete(device, here: false));
        }
        catch (KeysNotWrittenException)
        {
            // A front door has no such type, and what caused it names paths of this Mac.
            return Task.FromException<bool>(new MacNotWrittenException());
        }
    }

    /// <summary>Deletes a device durably, and with the same write what other Macs have to be told of it.</summary>
    /// <param name="device">The device.</param>
    /// <param name="here">Whether it may go on at the household's other Macs.</param>
    public bool Delete(DeviceId device, bool here)
    {
        lock (_lock)
        {
            var invited = _content.Invitation?.Device == device.Value;
            var record = _content.Devices.GetValueOrDefault(device.Value);
            if (!invited && record is null) return false;
            var content = _content with
            {
                Invitation = invited ? null : _content.Invitation,
                Devices = _content.Devices.Remove(device.Value),
            };
            Store(record is null ? content : WithRevocation(content, record, here));
            Audit?.Write(AuditEvent.Revoked, device.Value);
        }

        Deleted?.Invoke(device.Value);
        Owing?.Invoke();
        return true;
    }

    /// <summary>Gives a paired device another name; false when there is none, or nothing is left of the name.</summary>
    public bool Rename(DeviceId device, string name) => Change(device.Value, record => record with { Name = name });

    /// <summary>
    /// Changes name and rights of a paired device, durably; false when there is none, or nothing is left of the name.
    /// </summary>
    public bool Change(string device, Func<DeviceRecord, DeviceRecord> change)
    {
        lock (_lock)
        {
            if (_content.Devices.GetValueOrDefault(device) is not { IsPaired: true } record) return false;
            var changed = change(record);
            var clean = DisplayName.Clean(changed.Name);
            if (clean.Length == 0) return false;
            changed = record with { Name = clean, Rights = changed.Rights };
            Store(_content with { Devices = _content.Devices.SetItem(record.Id, changed) });
            if (changed.Name != record.Name) Audit?.Write(AuditEvent.Renamed, record.Id);
            if (Granted(changed) != Granted(record)) Audit?.Write(AuditEvent.RightsChanged, record.Id);
            return true;
        }
    }

    public void Dispose()
    {
        // Another process may have the file after this: a purge under way ends first, and none follows.
        lock (_lock) _isDisposed = true;
        _purge.Dispose();
        Audit?.Flush();
        Mac.Dispose();
    }

    private static DeviceStanding Standing(DeviceRecord record) => new(
        DeviceId.Parse(record.Id), record.IsPaired ? PairingStage.Paired : PairingStage.Claimed, record.Name,
        record.Since);

    private static DeviceStanding Standing(Invitation invitation) =>
        new(DeviceId.Parse(invitation.Device), PairingStage.Invited, "", invitation.Expires);

    /// <summary>The rights without what the device used of them.</summary>
    private static DeviceRights? Granted(DeviceRecord record) =>
        record.Rights is { } rights ? rights with { UsedDay = 0, UsedTokens = 0 } : null;

    private static bool SameKey(byte[] one, byte[] other) => CryptographicOperations.FixedTimeEquals(one, other);

    private static bool IsForgotten(DeviceRecord record, DateTimeOffset now) =>
        !record.IsPaired && now - record.Since >= PendingLife;

    /// <summary>Whether the record, whatever its name and stage, is the stored one.</summary>
    private bool Holds(DeviceRecord record) =>
        _content.Devices.GetValueOrDefault(record.Id) is { } stored
        && SameKey(stored.Psk, record.Psk) && SameKey(stored.PublicKey, record.PublicKey);

    /// <summary>What is over goes from the disk, though nothing else is written for long.</summary>
    private void Purge()
    {
        lock (_lock)
        {
            if (_isDisposed || ReferenceEquals(WithoutOver(_content), _content)) return;
            try
            {
                Store(_content);
            }
            catch (KeysNotWrittenException)
            {
                // It admits nobody, and goes when the disk has room again.
            }
        }
    }

    /// <summary>The content without what is over; the same one when nothing is.</summary>
    private KeyFileContent WithoutOver(KeyFileContent content)
    {
        var now = _time.GetUtcNow();
        string[] forgotten =
            [.. content.Devices.Values.Where(record => IsForgotten(record, now)).Select(record => record.Id)];
        PairingOrigin[] over =
            [.. content.Former.Where(former => former.Value <= now).Select(former => former.Key)];

        // Its claim may wait for the owner for a while.
        var isOpen = content.Invitation is null || content.Invitation.Expires + MaxInvitation > now;
        if (isOpen && forgotten.Length == 0 && over.Length == 0) return content;
        return content with
        {
            Invitation = isOpen ? content.Invitation : null,
            Devices = content.Devices.RemoveRange(forgotten),
            Former = content.Former.RemoveRange(over),
        };
    }

    private void Store(KeyFileContent content)
    {
        content = WithoutOver(content);
        try
        {
            _file.Write(content);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new KeysNotWrittenException(problem);
        }

        Volatile.Write(ref _content, content);
    }
}
