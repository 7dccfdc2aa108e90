using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Answers;

/// <summary>One device's answers. Guarded by the book's lock.</summary>
internal sealed class DeviceAnswers
{
    /// <summary>Logs that can be resumed, oldest first.</summary>
    public List<Answer> Kept { get; } = [];

    /// <summary>Answers that run or wait, those without id too.</summary>
    public HashSet<Answer> Unfinished { get; } = [];

    /// <summary>Where the time of the last answer went.</summary>
    public AnswerStatistics? Last { get; set; }

    /// <summary>Live connections.</summary>
    public int Connections { get; set; }

    /// <summary>Cancels what is unfinished when the device stays away.</summary>
    public ITimer? Absence { get; set; }

    public bool IsEmpty => Kept.Count == 0 && Unfinished.Count == 0 && Connections <= 0;

    public Answer? Find(string id) => Kept.Find(answer => answer.Id == id);
}
