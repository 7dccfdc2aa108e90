namespace QuicPair.Silo.Runners;

/// <summary>The last known list of models: what the control plane shows, and the default of a chat that names none.</summary>
internal sealed class ModelCatalog(IModelRunner runner, RunnerOptions options)
{
    private volatile IReadOnlyList<ModelCard> _models = [];

    public IReadOnlyList<ModelCard> Models => _models;

    /// <summary>Asks the runner.</summary>
    /// <exception cref="RunnerException">It does not say.</exception>
    public async Task<IReadOnlyList<ModelCard>> Refresh(CancellationToken cancellation)
    {
        try
        {
            return _models = await runner.List(cancellation);
        }
        catch (RunnerException)
        {
            _models = [];
            throw;
        }
    }

    /// <summary>The model of a chat that names none: the configured one, else one that is loaded, else the first.</summary>
    /// <exception cref="RunnerException">There is none.</exception>
    public async Task<string> Default(CancellationToken cancellation)
    {
        if (options.Model.Length > 0) return options.Model;
        var models = _models.Count > 0 ? _models : await Refresh(cancellation);
        var chosen = models.OrderBy(Rank).Take(1).ToArray();
        return chosen is [var model]
            ? model.Name
            : throw new RunnerException(
                RunnerFault.ModelNotFound, "The runner has no model yet; on the Mac: ollama pull qwen2.5:3b");
    }

    /// <summary>Ordering is stable: among equals the first of the runner's list wins.</summary>
    private static int Rank(ModelCard model) => (model.Remote ? 4 : 0)
        + (model.Capabilities.Count > 0 && !model.Capabilities.Contains("completion") ? 2 : 0)
        + (model.Loaded ? 0 : 1);
}
