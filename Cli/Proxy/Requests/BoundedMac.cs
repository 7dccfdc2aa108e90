using QuicPair.Client;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// The Mac, asked no more at once than it takes of one device (docs/protocol.md, 7 and 7.1): programs beyond that wait
/// here and are not refused there.
/// </summary>
internal sealed class BoundedMac(MacConnection mac) : IDisposable
{
    // From the protocol: chats of a device that run or wait.
    private const int Chats = 8;

    // The protocol has 8 for a connection. One is left for the list of models, one for what the connection itself asks.
    private const int Requests = 6;

    // Ours.
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastPause = TimeSpan.FromMilliseconds(400);

    private readonly Places _chats = new(Chats);
    private readonly Places _requests = new(Requests);

    /// <summary>Begins an answer, once there is a place for it; disposing the answer makes the place free.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="notFound">What is thrown when the Mac does not have the model.</param>
    /// <param name="cancellation">Ends the answer, or the wait for it.</param>
    /// <exception cref="AnswerException">The Mac answered with an error instead of an entry.</exception>
    public async Task<AnswerStart> Ask(
        ChatMessage request, Func<ProxyException> notFound, CancellationToken cancellation)
    {
        var place = await _chats.Take(cancellation);
        try
        {
            return await Patiently(() => AnswerStart.Ask(mac, request, place, notFound, cancellation), cancellation);
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    /// <summary>Does something with the live session, once there is a place for it.</summary>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task<T> Use<T>(
        Func<PairedMac, CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        using var place = await _requests.Take(cancellation);
        return await Patiently(() => mac.Use(action, cancellation), cancellation);
    }

    /// <inheritdoc cref="MacConnection.Embed"/>
    public async Task<EmbeddingsReply> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation)
    {
        using var place = await _requests.Take(cancellation);
        return await Patiently(() => mac.Embed(model, input, dimensions, cancellation), cancellation);
    }

    public void Dispose()
    {
        _chats.Dispose();
        _requests.Dispose();
    }

    // What has ended or was cancelled keeps its place at the Mac until the runner has let go of it.
    private static async Task<T> Patiently<T>(Func<Task<T>> ask, CancellationToken cancellation)
    {
        for (var pause = FirstPause; ; pause *= 2)
        {
            try
            {
                return await ask();
            }
            catch (AnswerException refusal) when (
                refusal.Code is ErrorCode.Busy or ErrorCode.Rate && pause <= LastPause)
            {
                await Task.Delay(pause, cancellation);
            }
        }
    }
}
