namespace QuicPair.Silo.Hosting;

/// <summary>The pauses between the starts of a silo that cannot start yet: longer each time, and said once.</summary>
/// <param name="time">This machine's clock.</param>
/// <param name="output">Where it is said.</param>
internal sealed class LaunchWait(TimeProvider time, TextWriter output)
{
    // Ours.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private readonly HashSet<string> _said = [];
    private TimeSpan _pause = TimeSpan.FromSeconds(2);

    /// <summary>Waits until it is time for the next start.</summary>
    /// <param name="sentence">What is waited for; each is said once.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task Next(string sentence, CancellationToken cancellation)
    {
        if (_said.Add(sentence)) await output.WriteLineAsync(sentence);
        await Task.Delay(_pause, time, cancellation);
        var doubled = 2 * _pause;
        _pause = doubled < Longest ? doubled : Longest;
    }
}
