namespace QuicPair.Benchmarks.Path;

/// <summary>
/// What the Mac's process and this one, with the phones and the runner in it, took of the machine's cores, by kind of
/// turn: how much they ran, and how long their threads were ready and waited for a core that was taken.
/// </summary>
/// <param name="mac">The id of the Mac's process.</param>
internal sealed class CrowdLoad(int mac)
{
    private readonly Dictionary<string, Taken> _taken = [];

    /// <summary>Counts what a turn takes.</summary>
    /// <param name="name">Its kind.</param>
    /// <param name="answers">How many it has.</param>
    /// <param name="turn">The turn.</param>
    public async Task Count(string name, int answers, Func<Task> turn)
    {
        if (!_taken.TryGetValue(name, out var taken)) _taken[name] = taken = new Taken();
        var (macBefore, ownBefore) = (CoreTime.Of(mac), CoreTime.Of(Environment.ProcessId));
        var pausedBefore = GC.GetTotalPauseDuration();
        await turn();
        taken.Answers += answers;
        taken.Paused += GC.GetTotalPauseDuration() - pausedBefore;
        taken.Mac.Add(CoreTime.Of(mac), macBefore);
        taken.Own.Add(CoreTime.Of(Environment.ProcessId), ownBefore);
    }

    public void Print()
    {
        Console.WriteLine("of each answer, all threads together, milliseconds");
        Console.WriteLine(
            "| turns of | the Mac ran | and waited for a core | phones and runner ran | and waited for a core "
            + "| and stood still for GC |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var (name, taken) in _taken)
        {
            Console.WriteLine(
                $"| {name} | {taken.Mac.Of(taken.Answers)} | {taken.Own.Of(taken.Answers)} "
                + $"| {taken.Paused.TotalMilliseconds / taken.Answers:F3} |");
        }
    }

    private sealed class Taken
    {
        public int Answers { get; set; }

        public TimeSpan Paused { get; set; }

        public Side Mac { get; } = new();

        public Side Own { get; } = new();
    }

    private sealed class Side
    {
        private TimeSpan _ran;
        private TimeSpan _waited;
        private bool _isCounted;

        public void Add(CoreTime after, CoreTime before)
        {
            if (!after.TrySince(before, out var ran, out var waited)) return;
            (_ran, _waited, _isCounted) = (_ran + ran, _waited + waited, true);
        }

        /// <summary>Two cells of the table; empty where the system does not count it.</summary>
        public string Of(int answers) => _isCounted
            ? $"{_ran.TotalMilliseconds / answers:F2} | {_waited.TotalMilliseconds / answers:F2}"
            : "– | –";
    }
}
