using QuicPair.Client.Session;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client;

public sealed partial class PairedMac
{
    /// <summary>What the Mac's runner knows of a model.</summary>
    /// <exception cref="AnswerException">The Mac refused, and why.</exception>
    /// <exception cref="ConnectException">The session is over.</exception>
    public Task<ShowReply> Show(string model, CancellationToken cancellationToken) =>
        Request<ShowReply>(new ShowRequest { Id = NewId(), Model = model }, null, cancellationToken);

    /// <summary>Brings a model into memory, the Mac's default when null; gives its name.</summary>
    /// <inheritdoc cref="Show"/>
    public async Task<string> Load(string? model, CancellationToken cancellationToken) =>
        (await Request<LoadedMessage>(new LoadRequest { Id = NewId(), Model = model }, null, cancellationToken)).Model;

    /// <summary>Takes a model out of memory.</summary>
    /// <inheritdoc cref="Show"/>
    public Task Unload(string model, CancellationToken cancellationToken) =>
        Request<UnloadedMessage>(new UnloadRequest { Id = NewId(), Model = model }, null, cancellationToken);

    /// <summary>Has the Mac fetch a model; cancelling stops it.</summary>
    /// <inheritdoc cref="Show"/>
    public Task Pull(string model, IProgress<ProgressMessage>? progress, CancellationToken cancellationToken) =>
        Request<PulledMessage>(new PullRequest { Id = NewId(), Model = model }, progress, cancellationToken);

    /// <summary>The embeddings of 1 to 128 texts.</summary>
    /// <inheritdoc cref="Show"/>
    public Task<EmbeddingsReply> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellationToken)
    {
        var request = new EmbedRequest { Id = NewId(), Model = model, Input = input, Dimensions = dimensions };
        return Request<EmbeddingsReply>(request, null, cancellationToken);
    }

    /// <summary>The models in memory.</summary>
    /// <inheritdoc cref="Show"/>
    public async Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellationToken) =>
        (await Request<RunningReply>(new RunningRequest { Id = NewId() }, null, cancellationToken)).Models;

    /// <summary>Every device of the Mac; for owners.</summary>
    /// <inheritdoc cref="Show"/>
    public async Task<IReadOnlyList<DeviceDescription>> Devices(CancellationToken cancellationToken) =>
        (await Request<DevicesReply>(new DevicesRequest { Id = NewId() }, null, cancellationToken)).Devices;

    /// <summary>Changes what a device may do; for owners. Gives the device as it is now.</summary>
    /// <inheritdoc cref="Show"/>
    public async Task<DeviceDescription> SetDevice(DeviceSetRequest change, CancellationToken cancellationToken)
    {
        var reply = await Request<DevicesReply>(change with { Id = NewId() }, null, cancellationToken);
        return reply.Devices is [var device] ? device : throw new ConnectException(ConnectFailure.Protocol);
    }

    /// <summary>Removes a device of the Mac for good; for owners.</summary>
    /// <inheritdoc cref="Show"/>
    public Task RevokeDevice(string device, CancellationToken cancellationToken) =>
        Request<DeviceRevokedMessage>(
            new DeviceRevokeRequest { Id = NewId(), Device = device }, null, cancellationToken);

    /// <summary>The household's other Macs that this one can vouch at; their ids are made of their keys.</summary>
    /// <inheritdoc cref="Show"/>
    public async Task<IReadOnlyList<NamedMac>> OtherMacs(CancellationToken cancellationToken) =>
        (await Request<MacsReply>(new MacsRequest { Id = NewId() }, null, cancellationToken)).Macs;

    internal async Task Vouch(string mac, byte[] sealedPairing, CancellationToken cancellationToken)
    {
        var request = new VouchRequest { Id = NewId(), Mac = mac, Sealed = sealedPairing };
        var reply = await Request<VouchedMessage>(request, null, cancellationToken);
        if (reply.Mac != mac) throw new ConnectException(ConnectFailure.Protocol);
    }

    private async Task<T> Request<T>(Message request, IProgress<ProgressMessage>? progress, CancellationToken stop)
        where T : Message
    {
        stop.ThrowIfCancellationRequested();
        if (!TryWrite(request, out var json, out var refusal))
        {
            throw new AnswerException(refusal);
        }

        var pending = new PendingRequest(progress);
        _router.Add(request.Id!, pending);
        _session.Send(json);
        try
        {
            return await pending.Reply.WaitAsync(stop) as T ?? throw new ConnectException(ConnectFailure.Protocol);
        }
        catch (OperationCanceledException)
        {
            Cancel(request.Id!);
            throw;
        }
    }
}
