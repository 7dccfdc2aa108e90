using QuicPair.Grains.Ports;

namespace QuicPair.Silo.Hosting;

/// <summary>What the Mac tells the household about itself.</summary>
internal sealed class MacStatus(string name, MacParts mac) : IMacStatus
{
    public string Name => name;

    public string Runner => mac.Runner.Description;

    public IReadOnlyList<string> Models => [.. mac.Models.Models.Select(model => model.Name)];

    public IReadOnlyList<string> Loaded =>
        [.. mac.Models.Models.Where(model => model.Loaded).Select(model => model.Name)];

    public int Running => mac.Answers.Running;

    public int Waiting => mac.Answers.Waiting;

    public double? TokensPerSecond => mac.Work.TokensPerSecond;

    public int Connected => mac.Live.Count;
}
