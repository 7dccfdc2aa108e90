namespace QuicPair.Silo.Runners;

/// <summary>
/// The last known list of models: what the control plane shows, and the default of a chat that names none.
/// </summary>
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

    /// <summary>
    /// The model of a chat: exactly a name of the list. A chat that names none gets the configured one, else
    /// one that is loaded, else the first.
    /// </summary>
    /// <exception cref="RunnerException">There is none of that name.</exception>
    public async Task<string> Resolve(string name, CancellationToken cancellation)
    {
        var wanted = name.Length > 0 ? name : options.Model;
        var models = _models;
        if (models.Count == 0 || (wanted.Length > 0 && !Has(models, wanted)))
            models = await Refresh(cancellation);
        if (wanted.Length > 0 && Has(models, wanted)) return wanted;
        if (wanted.Length == 0 && models.OrderBy(Rank).Take(1).ToArray() is [var model]) return model.Name;
        throw new RunnerException(
            RunnerFault.ModelNotFound,
            models.Count == 0
                ? "The runner has no model yet; on the Mac: ollama pull qwen2.5:3b"
                : "This Mac does not have that model.");
    }

    private static bool Has(IReadOnlyList<ModelCard> models, string name) =>
        models.Any(model => model.Name == name);

    /// <summary>Ordering is stable: among equals the first of the runner's list wins.</summary>
    private static int Rank(ModelCard model) => (model.Remote ? 4 : 0)
        + (model.Capabilities.Count > 0 && !model.Capabilities.Contains("completion") ? 2 : 0)
        + (model.Loaded ? 0 : 1);
}
