using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces;

/// <summary>What a Mac tells about itself.</summary>
/// <param name="Mac">Its id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Runner">Which runner serves, for people.</param>
/// <param name="Models">The names of the models that the runner has.</param>
/// <param name="Loaded">The names of the models that are in memory.</param>
/// <param name="Running">Chats that the runner works on.</param>
/// <param name="Waiting">Chats that wait for the runner.</param>
/// <param name="TokensPerSecond">Of the last finished chat; null when none has finished.</param>
/// <param name="Connected">Phones with a live session.</param>
/// <param name="Devices">The paired devices; a pairing that is not complete is not listed.</param>
[GenerateSerializer, Immutable, Alias("quicpair.MacSnapshot")]
public sealed record MacSnapshot(
    [property: Id(0)] MacId Mac,
    [property: Id(1)] string Name,
    [property: Id(2)] string Runner,
    [property: Id(3)] ImmutableArray<string> Models,
    [property: Id(4)] ImmutableArray<string> Loaded,
    [property: Id(5)] int Running,
    [property: Id(6)] int Waiting,
    [property: Id(7)] double? TokensPerSecond,
    [property: Id(8)] int Connected,
    [property: Id(9)] ImmutableArray<PairingSnapshot> Devices)
{
    /// <summary>The version of QuicPair that it runs; empty when it does not say.</summary>
    [Id(10)]
    public string Version { get; init; } = string.Empty;

    /// <summary>Whether it takes no new phones; those that are connected stay.</summary>
    [Id(11)]
    public bool Draining { get; init; }

    /// <summary>Whether the runner does not answer; which models it has is not known then.</summary>
    [Id(12)]
    public bool RunnerSilent { get; init; }
}
