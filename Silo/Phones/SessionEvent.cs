using QuicPair.Protocol;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Phones;

/// <summary>What a session handles, one at a time.</summary>
internal abstract record SessionEvent
{
    private SessionEvent()
    {
    }

    /// <summary>A message of the channel.</summary>
    public sealed record Received(byte[] Bytes, bool IsText) : SessionEvent
    {
        public override string ToString() => nameof(Received);
    }

    /// <summary>There may be something to send.</summary>
    public sealed record Wake : SessionEvent
    {
        public static readonly Wake Instance = new();
    }

    /// <summary>Time to look at the clocks.</summary>
    public sealed record Tick : SessionEvent
    {
        public static readonly Tick Instance = new();
    }

    /// <summary>The Mac's address has changed.</summary>
    public sealed record Moved : SessionEvent
    {
        public static readonly Moved Instance = new();
    }

    /// <summary>The owner compared the six digits.</summary>
    public sealed record Confirmed(bool Accepted) : SessionEvent;

    /// <summary>A reply that took time.</summary>
    public sealed record Reply(Message Message) : SessionEvent
    {
        public override string ToString() => nameof(Reply);
    }

    /// <summary>Somebody ends the session: with a close frame, after an error when there is one.</summary>
    public sealed record Closing(CloseCode Code, ErrorCode? Error) : SessionEvent;

    /// <summary>The channel is gone.</summary>
    public sealed record Gone : SessionEvent;
}
