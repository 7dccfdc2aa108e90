using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Which Mac is better for a phone that may use either (docs/protocol.md, 3.6): the one with the model in memory, the
/// free one, the one that is awake, the fast one, in this order; last the one that takes no new phones. Equals stay in
/// the phone's order.
/// </summary>
internal static class MacOrder
{
    /// <summary>Sorts what the phone listed; the best comes first.</summary>
    /// <param name="macs">Each Mac with what it told; null when it is silent.</param>
    /// <param name="model">The model that the phone wants, or null.</param>
    public static IEnumerable<T> Sort<T>(IEnumerable<(T Mac, MacSnapshot? Told)> macs, string? model) => macs
        .OrderBy(mac => Readiness(mac.Told, model))
        .ThenBy(mac => mac.Told is { } told ? told.Running + told.Waiting : int.MaxValue)
        .ThenBy(mac => mac.Told is null)
        .ThenByDescending(mac => mac.Told?.TokensPerSecond ?? 0)
        .Select(mac => mac.Mac);

    /// <summary>
    /// A silent Mac may have the model; one that said what it has and did not name it cannot serve, and one that is
    /// drained serves only phones that it has.
    /// </summary>
    private static int Readiness(MacSnapshot? told, string? model) => (told, model) switch
    {
        (null, _) => 2,
        ({ Draining: true }, _) => 4,
        (_, null) => 0,
        _ when Has(told.Loaded, model) => 0,
        _ when Has(told.Models, model) => 1,
        _ => 3,
    };

    // As a Mac takes it: a name without a tag means the model tagged latest, too.
    private static bool Has(ImmutableArray<string> models, string model) =>
        models.Contains(model)
        || (model.LastIndexOf(':') <= model.LastIndexOf('/') && models.Contains($"{model}:latest"));
}
