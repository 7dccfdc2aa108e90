namespace QuicPair.Protocol.Frames;

/// <summary>The outcome of one received channel message.</summary>
/// <param name="Kind">What it means.</param>
/// <param name="Content">The JSON of a message, the content of a pong; else empty.</param>
/// <param name="Code">The other end's code when closed, the cause when fatal.</param>
public readonly record struct ChannelInput(
    ChannelInputKind Kind, ReadOnlyMemory<byte> Content = default, CloseCode Code = default)
{
    /// <summary>Without the content.</summary>
    public override string ToString() => $"{Kind} {Code}";
}
