using QuicPair.Client;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// The Mac's models. A name without a tag may stand for the one tagged <c>latest</c>, as Ollama has it; only the exact
/// one is found in the Mac's lists.
/// </summary>
internal sealed class ModelNames(MacConnection mac)
{
    private volatile IReadOnlyList<ModelDescription> _known = [];

    /// <summary>The models now.</summary>
    public async Task<IReadOnlyList<ModelDescription>> All(CancellationToken cancellation) =>
        _known = await mac.Use((live, token) => live.Models(token), cancellation);

    /// <summary>
    /// The models as they were last, or now if one of these names is not among them and the Mac says.
    /// </summary>
    public async Task<IReadOnlyList<ModelDescription>> Knowing(
        IEnumerable<string> names, CancellationToken cancellation)
    {
        var known = _known;
        if (names.All(name => known.Any(model => model.Name == name)))
        {
            return known;
        }

        try
        {
            return await All(cancellation);
        }
        catch (AnswerException)
        {
            return known;
        }
    }

    /// <summary>The exact name, as far as there is one.</summary>
    public async Task<string> Exact(string name, CancellationToken cancellation)
    {
        if (ModelName.HasTag(name))
        {
            return name;
        }

        return Find(_known, name) ?? Find(await All(cancellation), name) ?? name;
    }

    private static string? Find(IReadOnlyList<ModelDescription> models, string name) =>
        ModelName.Find(name, models.Select(model => model.Name));
}
