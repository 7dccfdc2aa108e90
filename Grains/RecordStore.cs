using Orleans.Storage;

namespace QuicPair.Grains;

/// <summary>
/// A grain's stored record, read when it is first needed and not when the grain starts, so that a call for a
/// device that nobody knows reads no storage.
/// </summary>
internal sealed class RecordStore<T>(IGrainStorage storage, string name, IGrainContext grain, int schema)
    where T : class, IGrainRecord, new()
{
    private readonly GrainState<T> _state = new();
    private Task? _loaded;

    /// <summary>The record as last stored, or null when there is none.</summary>
    /// <exception cref="RecordException">The record is another grain's or of another version.</exception>
    public async Task<T?> Load()
    {
        if (_loaded is null or { IsFaulted: true })
        {
            _loaded = Read();
        }

        await _loaded;
        return _state.RecordExists ? _state.State : null;
    }

    /// <summary>Stores the record durably.</summary>
    public async Task Save(T record)
    {
        await Load();
        var before = _state.State;
        _state.State = record;
        try
        {
            await storage.WriteStateAsync(name, grain.GrainId, _state);
            _state.RecordExists = true;
        }
        catch
        {
            _state.State = before;
            throw;
        }
    }

    private async Task Read()
    {
        await storage.ReadStateAsync(name, grain.GrainId, _state);
        if (!_state.RecordExists)
        {
            return;
        }

        var record = _state.State ?? throw new RecordException($"The stored {name} record is empty.");
        if (string.IsNullOrEmpty(record.Key))
        {
            // What the storage gives for a record that it cannot open. It is none, and the next write replaces it.
            _state.RecordExists = false;
            return;
        }

        if (record.Schema != schema)
        {
            throw new RecordException($"The stored {name} record has version {record.Schema}, not {schema}.");
        }

        if (record.Key != grain.GrainId.Key.ToString())
        {
            throw new RecordException($"The stored {name} record belongs to another grain.");
        }
    }
}
