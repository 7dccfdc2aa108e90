using QuicPair.Client;
using QuicPair.Protocol.Chat;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// The Mac's models. A name without a tag may stand for the one tagged <c>latest</c>, as Ollama has it; the Mac takes
/// exact names only.
/// </summary>
internal sealed class ModelNames(MacConnection mac)
{
    private const string Latest = ":latest";

    private volatile IReadOnlyList<ModelDescription> _known = [];

    /// <summary>The models now.</summary>
    public async Task<IReadOnlyList<ModelDescription>> All(CancellationToken cancellation) =>
        _known = await mac.Use((live, token) => live.Models(token), cancellation);

    /// <summary>The exact name, as far as there is one.</summary>
    public async Task<string> Exact(string name, CancellationToken cancellation)
    {
        if (name.LastIndexOf(':') > name.LastIndexOf('/'))
        {
            return name;
        }

        return Find(_known, name) ?? Find(await All(cancellation), name) ?? name;
    }

    private static string? Find(IReadOnlyList<ModelDescription> models, string name) =>
        models.FirstOrDefault(model => model.Name == name)?.Name
        ?? models.FirstOrDefault(model => model.Name == name + Latest)?.Name;
}
