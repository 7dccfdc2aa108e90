using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Control;

/// <summary>Does what the owner asks through the control socket.</summary>
internal sealed class ControlDesk(
    KeyStore keys, Inviter inviter, OwnerConfirmations confirmations, IMacStatus status, IPeerHost peers,
    PairingNews news, TimeProvider time)
{
    private readonly long _started = time.GetTimestamp();

    public async Task<ControlReply> Answer(ControlRequest request) => request.Op switch
    {
        "pair" => Pair(request),
        "devices" => new ControlReply { Devices = Devices() },
        "revoke" => await Revoke(request),
        "rename" => await Rename(request),
        "confirmations" => new ControlReply { Confirmations = Confirmations() },
        "confirm" => Confirm(request),
        "status" => Status(),
        _ => ControlReply.Refuse("unknown_op", "This daemon does not know that operation."),
    };

    private ControlReply Pair(ControlRequest request)
    {
        var lifetime = request.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Inviter.DefaultLifetime;
        var flags = (request.Local ? LinkFlags.LocalNetworkOnly : LinkFlags.None)
            | (request.Confirm ? LinkFlags.OwnerMustConfirm : LinkFlags.None);
        var made = inviter.Invite(lifetime, flags);
        return new ControlReply
        {
            MacId = keys.MacId,
            Mac = status.Name,
            Links = made.Links,
            ThisNetworkOnly = made.ThisNetworkOnly,
            Expires = made.Expires.ToUnixTimeSeconds(),
        };
    }

    private ControlDevice[] Devices() =>
    [
        .. keys.All().Where(standing => standing.Stage == PairingStage.Paired).Select(standing =>
        {
            var presence = peers.Presence(standing.Device);
            return new ControlDevice(
                standing.Device.Value, standing.Name, standing.Since.ToUnixTimeSeconds(), presence is not null,
                presence?.Path, presence?.RoundTrip.TotalMilliseconds);
        }),
    ];

    private async Task<ControlReply> Revoke(ControlRequest request)
    {
        if (Find(request.Device) is not { } device) return NoDevice();
        if (!await keys.Delete(device)) return NoDevice();
        await peers.CloseRevoked(device);
        news.Changed(device.Value);
        return new ControlReply();
    }

    private async Task<ControlReply> Rename(ControlRequest request)
    {
        if (Find(request.Device) is not { } device) return NoDevice();
        if (!await keys.Rename(device, request.Name ?? ""))
        {
            return ControlReply.Refuse("bad_request", "Nothing of that name can be shown.");
        }

        news.Changed(device.Value);
        return new ControlReply();
    }

    private ControlConfirmation[] Confirmations() =>
    [
        .. confirmations.Waiting.Select(waiting => new ControlConfirmation(
            waiting.Device, waiting.Name, waiting.Code, waiting.Until.ToUnixTimeSeconds())),
    ];

    private ControlReply Confirm(ControlRequest request) =>
        confirmations.Answer(request.Device ?? "", request.Code ?? "", request.Accept ?? false)
            ? new ControlReply()
            : ControlReply.Refuse("not_found", "No phone with that code waits for a confirmation under that id.");

    private ControlReply Status() => new()
    {
        MacId = keys.MacId,
        Mac = status.Name,
        Status = new ControlStatus
        {
            Version = typeof(ControlDesk).Assembly.GetName().Version?.ToString(3) ?? "",
            Runner = status.Runner,
            Models = status.Models,
            Loaded = status.Loaded,
            Running = status.Running,
            Waiting = status.Waiting,
            TokensPerSecond = status.TokensPerSecond,
            Connected = status.Connected,
            Paired = Devices().Length,
            UptimeSeconds = (long)time.GetElapsedTime(_started).TotalSeconds,
        },
    };

    /// <summary>A device by its id, or by its name when only one has it.</summary>
    private DeviceId? Find(string? named)
    {
        if (DeviceId.TryParse(named, out var id) && keys.Standing(id) is not null) return id;
        return Devices().Where(device => device.Name == named).ToArray() is [var only]
            ? DeviceId.Parse(only.Device)
            : null;
    }

    private static ControlReply NoDevice() =>
        ControlReply.Refuse("not_found", "No paired device has that id, or more than one has that name.");
}
