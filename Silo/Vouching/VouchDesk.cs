using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Vouching;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Vouching;

/// <summary>
/// Names the household's other Macs to a phone of this one, and vouches for it there (docs/protocol.md, 5.1).
/// </summary>
internal sealed class VouchDesk(KeyStore keys, Func<string> certificates, TimeProvider time)
{
    private const int MaxMacs = 16;
    private const string NoSuchMac = "This Mac does not know that Mac, or cannot reach it.";

    /// <summary>The household's other Macs that are here; null before there is a silo.</summary>
    public Func<IReadOnlyList<MacId>>? Others { get; set; }

    /// <summary>Reaches a Mac; null before there is a silo.</summary>
    public Func<MacId, IMacGrain>? Find { get; set; }

    /// <summary>What a request takes; null when it is not about the household.</summary>
    public Func<CancellationToken, Task<Message>>? Work(Message request, string device) => request switch
    {
        MacsRequest => stop => Name(request, device, stop),
        VouchRequest vouch => stop => Vouch(vouch, device, stop),
        _ => null,
    };

    private async Task<Message> Name(Message request, string device, CancellationToken stop)
    {
        var macs = IsTrusted(device) && Others is { } others ? others().Take(MaxMacs) : [];
        var met = await Task.WhenAll(macs.Select(mac => Meet(mac, stop)));
        return new MacsReply { Id = request.Id, Macs = [.. met.OfType<NamedMac>()] };
    }

    private async Task<Message> Vouch(VouchRequest request, string device, CancellationToken stop)
    {
        if (!IsTrusted(device)) return Refuse(request, ErrorCode.NotAllowed);
        if (!MacId.TryParse(request.Mac, out var id) || await Meet(id, stop) is not { } mac)
        {
            return Refuse(request, ErrorCode.NotFound, NoSuchMac);
        }

        using var certificate = MemberCertificate.Open(certificates());
        if (certificate is null || !TryNote(device, mac.Mac)) return Refuse(request, ErrorCode.NotAllowed);
        var now = (ulong)time.GetUtcNow().ToUnixTimeSeconds();
        var voucher = new Voucher(now, device, keys.Trust!.Statement, certificate.Encoded, request.Sealed);
        var message = SealedMessages.Seal(voucher, keys.Mac, mac.Key);
        try
        {
            var accepted = await Find!(id).Vouch(MacId.Parse(keys.MacId), [.. message]).WaitAsync(stop);
            return accepted
                ? new VouchedMessage { Id = request.Id, Mac = mac.Mac }
                : Refuse(request, ErrorCode.NotAllowed);
        }
        catch (Exception problem) when (IsAway(problem))
        {
            return Refuse(request, ErrorCode.NotFound, NoSuchMac);
        }
    }

    private bool TryNote(string device, string mac)
    {
        try
        {
            return keys.NoteVouched(device, mac);
        }
        catch (KeysNotWrittenException)
        {
            return false;
        }
    }

    /// <summary>A Mac that proves to be a member and takes vouchers; null for any other.</summary>
    private async Task<NamedMac?> Meet(MacId mac, CancellationToken stop)
    {
        if (Find is null || await MemberProof.Ask(mac, Find, keys, time, stop) is not { Accepts: true } said)
        {
            return null;
        }

        return new NamedMac(mac.Value, DisplayName.Clean(said.Name ?? ""), [.. said.Key]);
    }

    /// <summary>A device whose rights here have a limit gets none elsewhere, where nobody set that limit.</summary>
    private bool IsTrusted(string device) =>
        keys.Find(device).Record is { IsPaired: true, Origin: null } record
        && (record.Rights ?? DeviceRights.Default) is { Role: not DeviceRole.Guest, TokensPerDay: 0, Expires: 0 } rights
        && rights.MayUseAll;

    private static bool IsAway(Exception problem) =>
        problem is MacUnavailableException or OrleansException or TimeoutException;

    private static ErrorMessage Refuse(Message request, ErrorCode code, string? text = null) =>
        new() { Id = request.Id, For = request.Op, Code = code, Text = text };
}
