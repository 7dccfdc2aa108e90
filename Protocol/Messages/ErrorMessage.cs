namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the end of an answer, or a refused request (then <see cref="For"/> names it).</summary>
public sealed record ErrorMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "error";

    /// <summary>The entry's number in the chat's log, counted from 1; absent without <c>id</c>.</summary>
    public long? Seq { get; init; }

    /// <summary>The code.</summary>
    public required ErrorCode Code { get; init; }

    /// <summary>The sentence; the code's own when null.</summary>
    public string? Text { get; init; }

    /// <summary>The op of the refused request, without <c>seq</c>.</summary>
    public string? For { get; init; }

    /// <summary>
    /// With <see cref="ErrorCode.NotAllowed"/>, where the device's tokens of the day are why: when there are new ones,
    /// Unix seconds.
    /// </summary>
    public long? Until { get; init; }
}
