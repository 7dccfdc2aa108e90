using System.Security.Cryptography;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>
/// Where devices come in on another Mac's word (docs/protocol.md, 5.1). The database, the front door and the
/// household's certificate authority can bring a message here, and none of them can make one that is taken.
/// </summary>
/// <param name="keys">This Mac's keys.</param>
/// <param name="name">This Mac's name for people.</param>
/// <param name="certificates">The folder of this member's certificate.</param>
/// <param name="isOpen">Whether the owner lets devices in on another Mac's word.</param>
/// <param name="peers">The live peers.</param>
/// <param name="time">The clock.</param>
internal sealed class VoucherDoor(
    KeyStore keys, string name, Func<string> certificates, bool isOpen, IPeerHost peers, TimeProvider time) : IVouchers
{
    // docs/protocol.md, 5.1.
    private const long ClockSkewSeconds = 300;

    // Ours: an owner pairs a few phones, each at a few Macs.
    private const int PerMinute = 60;

    private readonly Lock _lock = new();
    private long _minute;
    private int _count;

    /// <summary>Called with a device whose standing changed.</summary>
    public Action<string> Changed { get; set; } = _ => { };

    public MacIntroduction Introduce() => new(
        [.. keys.Mac.PublicKey],
        name,
        [.. keys.Trust?.Statement ?? []],
        isOpen && keys.Trust is not null);

    public bool Admit(MacId from, ReadOnlySpan<byte> voucher)
    {
        var reason = Judge(from.Value, voucher, out var pairing, out var origin);
        if (reason is not null)
        {
            keys.Audit?.Refused(from.Value, reason);
            return false;
        }

        var device = Record(pairing!, origin!);
        CryptographicOperations.ZeroMemory(pairing!.Secret);
        if (!TryAdd(device))
        {
            keys.Audit?.Refused(device.Id, "vouched");
            return false;
        }

        Changed(device.Id);
        return true;
    }

    private bool TryAdd(DeviceRecord device)
    {
        try
        {
            return keys.AddVouched(device);
        }
        catch (KeysNotWrittenException)
        {
            return false;
        }
    }

    public async Task Revoke(PairingKey origin)
    {
        foreach (var device in keys.DeleteOrigin(new PairingOrigin(origin.Mac.Value, origin.Device.Value)))
        {
            await peers.CloseRevoked(device);
            Changed(device.Value);
        }
    }

    /// <summary>Why a voucher is not taken; null when it is. The caller never learns which.</summary>
    private string? Judge(
        string from, ReadOnlySpan<byte> message, out SealedPairing? pairing, out PairingOrigin? origin)
    {
        (pairing, origin) = (null, null);
        if (!isOpen || keys.Trust is not { } trust || from == keys.MacId) return "voucher_closed";
        if (!TryCount()) return "voucher_rate";
        if (!SealedMessages.TryOpen(message, from, keys.Mac, out var voucher, out var key)) return "voucher_sealed";

        // The id is made of the key, the key signed for this household, and the certificate names the id: whoever has
        // the authority's key only can make the last of them, for an id whose key the household never signed.
        if (KeySchedule.MacId(key) != from || !trust.Knows(key, voucher.Statement)) return "voucher_member";
        using var own = MemberCertificate.Open(certificates());
        if (own?.NameOf(voucher.Certificate) != from) return "voucher_certificate";
        var age = time.GetUtcNow().ToUnixTimeSeconds() - (long)Math.Min(voucher.Timestamp, long.MaxValue);
        if (Math.Abs((decimal)age) > ClockSkewSeconds) return "voucher_time";
        if (!SealedMessages.TryOpen(voucher, from, keys.Mac, out pairing)) return "voucher_pairing";
        origin = new PairingOrigin(from, voucher.Device);
        return null;
    }

    private DeviceRecord Record(SealedPairing pairing, PairingOrigin origin)
    {
        var root = KeySchedule.VouchedRoot(pairing.Secret);
        var record = new DeviceRecord(
            KeySchedule.DeviceId(pairing.Secret), pairing.PublicKey, KeySchedule.LastingPsk(root),
            KeySchedule.LastingOfferKey(root), pairing.Name.Length > 0 ? pairing.Name : "phone", false,
            time.GetUtcNow())
        {
            Origin = origin,
        };
        CryptographicOperations.ZeroMemory(root);
        return record;
    }

    private bool TryCount()
    {
        lock (_lock)
        {
            var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
            if (minute != _minute) (_minute, _count) = (minute, 0);
            return ++_count <= PerMinute;
        }
    }
}
