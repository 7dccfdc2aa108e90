using System.Collections.Concurrent;
using Orleans.Storage;

namespace QuicPair.Grains.Tests;

/// <summary>Grain storage in memory that counts its reads and whose rows a test can move.</summary>
internal sealed class MapStorage : IGrainStorage
{
    private int _reads;

    public ConcurrentDictionary<(string Name, GrainId Grain), object> Rows { get; } = new();

    public int Reads => _reads;

    /// <summary>Whether it can be neither read nor written.</summary>
    public bool IsAway { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Interlocked.Increment(ref _reads);
        Reach();
        if (Rows.TryGetValue((stateName, grainId), out var row))
        {
            grainState.State = (T)row;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Reach();
        Rows[(stateName, grainId)] = grainState.State!;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Reach();
        Rows.TryRemove((stateName, grainId), out _);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Reach()
    {
        if (IsAway)
        {
            throw new IOException("The storage is away.");
        }
    }
}
