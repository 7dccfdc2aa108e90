namespace QuicPair.Silo.Pairing;

/// <summary>
/// The six digits of pairings, for the owner's eyes (docs/protocol.md, 4 and 5): of phones that wait until they are
/// compared, and of the phone that paired last.
/// </summary>
internal sealed class OwnerConfirmations(TimeProvider time)
{
    // From the protocol.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (PendingConfirmation Shown, TaskCompletionSource<bool> Said)> _waiting = [];

    /// <summary>Called when a phone begins to wait, for the terminal.</summary>
    public Action<PendingConfirmation>? Announced { get; set; }

    /// <summary>Called when a second device tried a code that another one holds, for the terminal.</summary>
    public Action<string>? SecondClaimed { get; set; }

    /// <summary>Called when a pairing is complete, for the terminal.</summary>
    public Action<PairedPhone>? Completed { get; set; }

    /// <summary>The phone that paired last since the start.</summary>
    public PairedPhone? Last { get; private set; }

    public IReadOnlyList<PendingConfirmation> Waiting
    {
        get
        {
            lock (_lock) return [.. _waiting.Values.Select(waiting => waiting.Shown)];
        }
    }

    /// <summary>Whether the owner accepts within 60 s.</summary>
    public async Task<bool> Ask(string device, string name, string code, CancellationToken cancellation)
    {
        var said = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var shown = new PendingConfirmation(device, name, code, time.GetUtcNow() + Patience);
        lock (_lock)
        {
            if (_waiting.Remove(device, out var before)) before.Said.TrySetResult(false);
            _waiting[device] = (shown, said);
        }

        Announced?.Invoke(shown);
        try
        {
            return await said.Task.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            lock (_lock)
            {
                if (_waiting.GetValueOrDefault(device).Said == said) _waiting.Remove(device);
            }
        }
    }

    /// <summary>A phone has paired and shows these digits.</summary>
    public void Complete(PairedPhone phone)
    {
        lock (_lock) Last = phone;
        Completed?.Invoke(phone);
    }

    /// <summary>A second device tried the code of this one.</summary>
    public void SecondClaim(string device) => SecondClaimed?.Invoke(device);

    /// <summary>
    /// The owner's word on the phone that showed this code: another phone may have taken its place meanwhile. False
    /// when that one does not wait.
    /// </summary>
    public bool Answer(string device, string code, bool accept)
    {
        lock (_lock)
        {
            return _waiting.TryGetValue(device, out var waiting)
                && waiting.Shown.Code == code
                && waiting.Said.TrySetResult(accept);
        }
    }
}
