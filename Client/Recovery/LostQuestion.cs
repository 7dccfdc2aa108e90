using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Recovery;

/// <summary>
/// How often each Mac was sent a question that never arrived there, since anything came of it. A message has 30 s for
/// its way (QP/1 section 6): one that the path does not carry in that time would be sent for ever.
/// </summary>
internal sealed class LostQuestion
{
    // Ours: a path may break under one, and under the next one.
    private const int MaxSendings = 3;

    private readonly Dictionary<string, int> _lost = [];

    /// <summary>The Mac never had it: whether it is sent there once more.</summary>
    public bool MaySendAgain(string mac)
    {
        _lost[mac] = _lost.GetValueOrDefault(mac) + 1;
        return _lost[mac] < MaxSendings;
    }

    /// <summary>Whether it is under way to that Mac for the last time, all others having been lost.</summary>
    public bool IsLastSending(string mac) => _lost.GetValueOrDefault(mac) >= MaxSendings - 1;

    /// <summary>Something came of it, or there is another question.</summary>
    public void Clear() => _lost.Clear();

    /// <summary>The end of a question that is not sent again.</summary>
    public static ErrorMessage End(string? id) => new()
    {
        Id = id,
        For = "chat",
        Code = ErrorCode.TooLarge,
        Text = "The question does not get through to the Mac over this path.",
    };
}
