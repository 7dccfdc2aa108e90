using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Silo.Runners;

/// <summary>
/// The last known list of models: what the control plane shows, and the default of a chat that names none.
/// </summary>
internal sealed class ModelCatalog(IModelRunner runner, RunnerOptions options)
{
    private volatile IReadOnlyList<ModelCard> _models = [];
    private volatile bool _isSilent;

    public IReadOnlyList<ModelCard> Models => _models;

    /// <summary>Whether the runner did not say which models it has when it was asked last.</summary>
    public bool IsSilent => _isSilent;

    /// <summary>It was asked, and not waited for any longer; what it said before stays.</summary>
    public void MarkSilent() => _isSilent = true;

    /// <summary>Asks the runner.</summary>
    /// <exception cref="RunnerException">It does not say.</exception>
    public async Task<IReadOnlyList<ModelCard>> Refresh(CancellationToken cancellation)
    {
        try
        {
            var models = await runner.List(cancellation);
            _isSilent = false;
            return _models = models;
        }
        catch (RunnerException)
        {
            _models = [];
            _isSilent = true;
            throw;
        }
    }

    /// <summary>
    /// The model of a chat: the one of that name, else, for a name without a tag, the one tagged <c>latest</c>. A chat
    /// that names none gets the configured one, found likewise, else one that is loaded, else the first.
    /// </summary>
    /// <param name="name">The name; empty for the default.</param>
    /// <param name="mayUse">Which models may be used, by their whole names; null is all.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RunnerException">There is none of that name, or it may not be used.</exception>
    public async Task<ModelCard> Find(string name, Func<string, bool>? mayUse, CancellationToken cancellation)
    {
        // The runner is not asked for those who may use nothing that the name can mean.
        if (name.Length > 0 && mayUse is not null && !ModelName.MayMeanAny(name, mayUse)) throw NotAllowed();
        var models = _models;
        var wanted = Wanted(name, models, mayUse);
        if (models.Count == 0 || (wanted.Length > 0 && !Has(models, wanted)))
        {
            models = await Refresh(cancellation);
            wanted = Wanted(name, models, mayUse);
        }

        if (wanted.Length > 0 && models.FirstOrDefault(card => card.Name == wanted) is { } named)
        {
            if (mayUse is not null && !mayUse(named.Name)) throw NotAllowed();
            return named.Remote && !options.CloudModels
                ? throw new RunnerException(
                    RunnerFault.NotAllowed, "That model runs in a cloud, which this Mac does not use.")
                : named;
        }

        var usable = Usable(models, mayUse);
        if (wanted.Length == 0 && usable.OrderBy(Rank).Take(1).ToArray() is [var model]) return model;
        throw new RunnerException(
            RunnerFault.ModelNotFound,
            models.Count == 0
                ? "The runner has no model yet; on the Mac: ollama pull qwen2.5:3b"
                : "This Mac does not have that model.");
    }

    /// <summary>The models of a list that may be used.</summary>
    public IEnumerable<ModelCard> Usable(IReadOnlyList<ModelCard> models, Func<string, bool>? mayUse) =>
        models.Where(card => (mayUse is null || mayUse(card.Name)) && (options.CloudModels || !card.Remote));

    private static RunnerException NotAllowed() =>
        new(RunnerFault.NotAllowed, "The owner of the Mac does not allow that model.");

    /// <summary>The name that is looked for; empty when any model that may be used will do.</summary>
    private string Wanted(string name, IReadOnlyList<ModelCard> models, Func<string, bool>? mayUse)
    {
        var said = name.Length > 0 ? name : options.Model;
        if (said.Length == 0) return said;
        var listed = ModelName.Find(said, models.Select(card => card.Name));
        if (name.Length > 0 || mayUse is null) return listed ?? said;

        // The list may be an old one: then it does not tell which of the two names is meant.
        var isUsable = listed is null ? ModelName.MayMeanAny(said, mayUse) : mayUse(listed);
        return isUsable ? listed ?? said : "";
    }

    private static bool Has(IReadOnlyList<ModelCard> models, string name) =>
        models.Any(model => model.Name == name);

    /// <summary>Ordering is stable: among equals the first of the runner's list wins.</summary>
    private static int Rank(ModelCard model) => (model.Remote ? 4 : 0)
        + (model.Capabilities.Count > 0 && !model.Capabilities.Contains("completion") ? 2 : 0)
        + (model.Loaded ? 0 : 1);
}
