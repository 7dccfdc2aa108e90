using QuicPair.Grains.Ports;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>What the Mac tells the household about itself.</summary>
internal sealed class MacStatus(string name, MacParts mac) : IMacStatus
{
    // Ours: a person waits for it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public string Name => name;

    public string Runner => mac.Runner.Description;

    public bool IsRunnerSilent => mac.Models.IsSilent;

    public IReadOnlyList<string> Models => [.. mac.Models.Models.Select(model => model.Name)];

    public IReadOnlyList<string> Loaded =>
        [.. mac.Models.Models.Where(model => model.Loaded).Select(model => model.Name)];

    public int Running => mac.Answers.Running;

    public int Waiting => mac.Answers.Waiting;

    public double? TokensPerSecond => mac.Work.TokensPerSecond;

    public int Connected => mac.Live.Count;

    /// <summary>
    /// Whether the runner answers at this moment; a second without an answer is none. One that has come back is asked
    /// for its models, too.
    /// </summary>
    public async Task<bool> AskRunner()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            if (!await mac.Runner.Answers(limit.Token)) return false;
        }
        catch (Exception problem) when (problem is RunnerException or OperationCanceledException)
        {
            return false;
        }

        try
        {
            if (mac.Models.IsSilent) await mac.Models.Refresh(limit.Token);
        }
        catch (Exception problem) when (problem is RunnerException or OperationCanceledException)
        {
            // It answers; its models follow.
        }

        return true;
    }
}
