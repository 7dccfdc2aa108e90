namespace QuicPair.Silo.Runners;

/// <summary>A runner that is another program, which may not be there.</summary>
internal interface IFindableRunner : IModelRunner, IDisposable
{
    /// <summary>Whether it answers.</summary>
    Task<bool> Probe(CancellationToken cancellation);
}
