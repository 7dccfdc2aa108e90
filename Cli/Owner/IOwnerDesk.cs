using System.Text.Json;
using System.Text.Json.Nodes;

namespace QuicPair.Cli.Owner;

/// <summary>Who does what an owner asks about devices, in the words of the control socket.</summary>
internal interface IOwnerDesk : IAsyncDisposable
{
    /// <summary>Asks; the reply is the whole line.</summary>
    /// <exception cref="DaemonException">It was refused, or nobody answers.</exception>
    Task<JsonElement> Ask(JsonObject request, CancellationToken cancellation);
}
