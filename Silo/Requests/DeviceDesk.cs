using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;

namespace QuicPair.Silo.Requests;

/// <summary>Who may do what, and the owner's view of it (docs/protocol.md, 7.2 and 7.3).</summary>
internal sealed class DeviceDesk(
    KeyStore keys, Func<string, bool> isConnected, PairingNews news, TimeProvider time)
{
    private readonly TokenLedger _ledger = new(keys, time);

    /// <summary>Closes the sessions of a device that was deleted.</summary>
    public Func<DeviceId, Task> CloseRevoked { get; set; } = _ => Task.CompletedTask;

    /// <summary>When the tokens of the day are new, Unix seconds.</summary>
    public long DayEnd => TokenDay.End(time.GetUtcNow());

    /// <summary>Why a device may not ask that now; null when it may.</summary>
    public ErrorMessage? Refusal(string device, Message request)
    {
        if (!May(device, request)) return Refuse(request, ErrorCode.NotAllowed);
        return request is ChatMessage or EmbedRequest && TokensLeft(device) <= 0
            ? OutOfTokens(request, TokenDay.UsedUp)
            : null;
    }

    /// <summary>What a device is told whose day does not hold what it asks.</summary>
    public ErrorMessage OutOfTokens(Message request, string text) =>
        Refuse(request, ErrorCode.NotAllowed, text) with { Until = DayEnd };

    public DeviceRights Rights(string device) => keys.Find(device).Record?.Rights ?? DeviceRights.Default;

    /// <summary>Tokens that a device has left today; the largest number when there is no limit.</summary>
    public long TokensLeft(string device) => Rights(device).TokensPerDay is > 0 and var limit
        ? _ledger.Left(device, limit)
        : long.MaxValue;

    /// <summary>
    /// Tokens that a chat of a device may take when its turn has come; null when the device may not ask it any more.
    /// </summary>
    public long? TokensLeft(string device, ChatMessage chat) =>
        keys.Find(device).Record is not null && May(device, chat) ? TokensLeft(device) : null;

    /// <summary>Those of them that are set aside.</summary>
    public long TokensHeld(string device) => _ledger.Held(device);

    /// <summary>Sets tokens of today aside until they are counted; false when there are not so many.</summary>
    /// <param name="device">The device.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="others">What its chats may still take.</param>
    public bool TryHold(string device, long tokens, long others) => _ledger.TryHold(
        device, tokens, Rights(device).TokensPerDay is > 0 and var limit ? limit - others : long.MaxValue);

    /// <summary>Ends what <see cref="TryHold"/> began.</summary>
    public void Release(string device, long tokens) => _ledger.Release(device, tokens);

    /// <summary>Counts what was taken.</summary>
    public void Spend(string device, long tokens) => _ledger.Add(device, tokens);

    /// <summary>The devices, or null when the request is not about them.</summary>
    public Message? Answer(Message request)
    {
        switch (request)
        {
            case DevicesRequest:
                return new DevicesReply { Id = request.Id, Devices = All() };
            case DeviceSetRequest change:
                return Change(change);
            default:
                return null;
        }
    }

    /// <summary>What an owner's device asks and that takes its time; null when it is something else.</summary>
    public Func<CancellationToken, Task<Message>>? Work(Message request) =>
        request is DeviceRevokeRequest revoke ? _ => Revoke(revoke) : null;

    /// <summary>Deletes a device, durably, then closes its sessions; false when there is none.</summary>
    /// <param name="device">The device.</param>
    /// <param name="here">Only at this Mac, not at every Mac of the household.</param>
    public async Task<bool> Revoke(DeviceId device, bool here)
    {
        if (!keys.Delete(device, here)) return false;
        await CloseRevoked(device);
        return true;
    }

    /// <summary>Changes what a paired device may do, durably; false when there is none or the name is empty.</summary>
    public bool Set(DeviceSetRequest change) =>
        keys.Change(change.Device, record => record with
        {
            Name = change.Name ?? record.Name,
            Rights = (record.Rights ?? DeviceRights.Default).With(change),
        });

    /// <summary>Whether its rights have that; of tokens nothing is said here.</summary>
    private bool May(string device, Message request)
    {
        var rights = Rights(device);
        if (rights.HasExpired(time.GetUtcNow())) return request is PingMessage or CancelMessage;
        return request switch
        {
            LoadRequest => rights.MayLoad(),
            UnloadRequest => rights.MayUnload(),
            PullRequest => rights.MayPull(),
            DevicesRequest or DeviceSetRequest or DeviceRevokeRequest => rights.MayManage(),

            // Which model is meant is known once the runner's list is; then it is looked at again.
            ChatMessage { Model: { } model } => ModelName.MayMeanAny(model, rights.MayUse),
            _ => true,
        };
    }

    private Message Change(DeviceSetRequest change)
    {
        if (change.Name is { } name && DisplayName.Clean(name).Length == 0)
        {
            return Refuse(change, ErrorCode.BadRequest, "That name has nothing that can be shown.");
        }

        try
        {
            if (!Set(change)) return NoDevice(change);
        }
        catch (KeysNotWrittenException problem)
        {
            return NotStored(change, problem);
        }

        news.Changed(change.Device);
        return new DevicesReply { Id = change.Id, Devices = [.. All().Where(d => d.Device == change.Device)] };
    }

    private async Task<Message> Revoke(DeviceRevokeRequest request)
    {
        try
        {
            return DeviceId.TryParse(request.Device, out var device) && await Revoke(device, here: false)
                ? new DeviceRevokedMessage { Device = request.Device }
                : NoDevice(request);
        }
        catch (KeysNotWrittenException problem)
        {
            return NotStored(request, problem);
        }
    }

    private static ErrorMessage NoDevice(Message request) =>
        Refuse(request, ErrorCode.NotFound, "This Mac has no device of that id.");

    // Nothing was changed, and the same request succeeds once there is room.
    private static ErrorMessage NotStored(Message request, KeysNotWrittenException problem) =>
        Refuse(request, ErrorCode.Busy, problem.Message);

    private static ErrorMessage Refuse(Message request, ErrorCode code, string? text = null) =>
        new() { Id = request.Id, For = request.Op, Code = code, Text = text };

    /// <summary>Every paired device.</summary>
    public IReadOnlyList<DeviceDescription> All() =>
    [
        .. keys.All().Where(standing => standing.Stage == PairingStage.Paired).Select(standing =>
        {
            var rights = Rights(standing.Device.Value);
            return new DeviceDescription
            {
                Device = standing.Device.Value,
                Name = standing.Name,
                Role = rights.Role,
                Models = rights.Models,
                Pull = rights.MayPull(),
                Unload = rights.MayUnload(),
                TokensPerDay = rights.TokensPerDay,
                TokensToday = _ledger.Today(standing.Device.Value),
                Expires = rights.Expires,
                Since = standing.Since.ToUnixTimeSeconds(),
                Connected = isConnected(standing.Device.Value),
            };
        }),
    ];
}
