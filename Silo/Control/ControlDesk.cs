using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Requests;

namespace QuicPair.Silo.Control;

/// <summary>Does what the owner asks through the control socket.</summary>
internal sealed class ControlDesk(
    KeyStore keys, DeviceDesk desk, Inviter inviter, OwnerConfirmations confirmations, IMacStatus status,
    IPeerHost peers, PairingNews news, TimeProvider time)
{
    private static readonly Dictionary<string, DeviceRole> Roles = new()
    {
        ["owner"] = DeviceRole.Owner,
        ["user"] = DeviceRole.User,
        ["guest"] = DeviceRole.Guest,
    };

    /// <summary>Answers what is the household's; null before there is a silo.</summary>
    public Func<ControlRequest, Task<ControlReply?>>? Household { get; set; }

    /// <summary>Asks the runner whether it answers; null goes by when it was asked last.</summary>
    public Func<Task<bool>>? AskRunner { get; set; }

    private readonly long _started = time.GetTimestamp();

    public async Task<ControlReply> Answer(ControlRequest request) => request.Op switch
    {
        "pair" => Pair(request),
        "devices" => new ControlReply { Devices = Devices() },
        "revoke" => await Revoke(request),
        "rename" => Rename(request),
        "set" => Set(request),
        "confirmations" => new ControlReply { Confirmations = Confirmations() },
        "confirm" => Confirm(request),
        "paired" => new ControlReply { Paired = Paired(request) },
        "status" => Status(AskRunner is null ? !status.IsRunnerSilent : await AskRunner()),
        _ => (Household is null ? null : await Household(request))
            ?? ControlReply.Refuse("unknown_op", "This daemon does not know that operation."),
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
            ThisMachineOnly = made.ThisMachineOnly,
            Expires = made.Expires.ToUnixTimeSeconds(),
            Device = made.Device,
        };
    }

    private ControlDevice[] Devices() =>
    [
        .. desk.All().Select(device =>
        {
            var presence = peers.Presence(DeviceId.Parse(device.Device));
            return new ControlDevice(
                device.Device, device.Name, device.Since, presence is not null, presence?.Path,
                presence?.RoundTrip.TotalMilliseconds)
            {
                Role = device.Role.ToString().ToLowerInvariant(),
                Models = device.Models,
                Pull = device.Pull,
                Unload = device.Unload,
                TokensPerDay = device.TokensPerDay,
                TokensToday = device.TokensToday,
                Expires = device.Expires,
            };
        }),
    ];

    private async Task<ControlReply> Revoke(ControlRequest request)
    {
        if (Find(request.Device) is not { } device) return NoDevice(request);
        return await desk.Revoke(device, request.Here) ? new ControlReply() : NoDevice(request);
    }

    private ControlReply Rename(ControlRequest request)
    {
        if (Find(request.Device) is not { } device) return NoDevice(request);
        if (!keys.Rename(device, request.Name ?? ""))
        {
            return ControlReply.Refuse("bad_request", "That name has nothing that can be shown.");
        }

        news.Changed(device.Value);
        return new ControlReply();
    }

    /// <summary>The same change as an owner's device makes, under the same checks.</summary>
    private ControlReply Set(ControlRequest request)
    {
        if (Find(request.Device) is not { } device) return NoDevice(request);
        DeviceRole? role = null;
        if (request.Role is { } named)
        {
            if (!Roles.TryGetValue(named, out var known)) return Wrong();
            role = known;
        }

        var change = new DeviceSetRequest
        {
            Id = "control",
            Device = device.Value,
            Role = role,
            Models = request.Models,
            Pull = request.Pull,
            Unload = request.Unload,
            TokensPerDay = request.TokensPerDay,
            Expires = request.Expires,
        };
        if (!MessageReader.TryRead(MessageWriter.Write(change), out _, out _)) return Wrong();
        if (!desk.Set(change)) return NoDevice(request);
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

    private ControlPairedPhone? Paired(ControlRequest request) =>
        confirmations.Last is { } last && last.Device == request.Device
            ? new ControlPairedPhone(last.Device, last.Name, last.Code)
            : null;

    private ControlReply Status(bool runnerAnswers) => new()
    {
        MacId = keys.MacId,
        Mac = status.Name,
        Status = new ControlStatus
        {
            Version = typeof(ControlDesk).Assembly.GetName().Version?.ToString(3) ?? "",
            Runner = status.Runner,
            RunnerAnswers = runnerAnswers,
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
        return Named(named) is [var only] ? DeviceId.Parse(only) : null;
    }

    private string[] Named(string? name) =>
        [.. desk.All().Where(device => device.Name == name).Select(device => device.Device)];

    private static ControlReply Wrong() => ControlReply.Refuse(
        "bad_request",
        "Roles are owner, user and guest; at most 64 models; tokens and expiry are not negative; something is set.");

    private ControlReply NoDevice(ControlRequest request) =>
        ControlReply.Refuse("not_found", DeviceChoice.Problem(Named(request.Device)));
}
