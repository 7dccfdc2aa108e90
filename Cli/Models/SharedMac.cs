using QuicPair.Client;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Models;

/// <summary>
/// A Mac that another program of this device may take: what was under way is asked again behind a pause, of which a
/// person is told once.
/// </summary>
internal sealed class SharedMac(Terminal terminal, MacConnection mac)
{
    // Ours: what the Mac has done for a request is lost each time.
    private const int MaxRepetitions = 2;

    // Ours: as many sessions in a row in which a pull got no further.
    private const int MaxInVain = 10;

    private bool _isTold;

    /// <summary>Does something with the live session, and again twice at most.</summary>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public Task<T> Ask<T>(Func<PairedMac, CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        var left = MaxRepetitions;
        return mac.Use(action, MayRepeat, cancellation);

        bool MayRepeat()
        {
            if (left-- == 0) return false;
            Tell(terminal.Note);
            return true;
        }
    }

    /// <summary>
    /// Has the Mac fetch a model. Its runner takes up what is there of it: it is asked again as long as that grows.
    /// </summary>
    /// <param name="model">The model's name.</param>
    /// <param name="progress">Hears of every step, also of those that come again.</param>
    /// <param name="note">Shows a sentence beside them.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task Pull(
        string model, IProgress<ProgressMessage> progress, Action<string> note, CancellationToken cancellation)
    {
        var (growth, inVain) = (new Growth(progress), 0);
        await mac.Use(Fetch, MayRepeat, cancellation);

        async Task<bool> Fetch(PairedMac live, CancellationToken stop)
        {
            await live.Pull(model, growth, stop);
            return true;
        }

        bool MayRepeat()
        {
            inVain = growth.Take() ? 0 : inVain + 1;
            if (inVain == MaxInVain) return false;
            Tell(note);
            return true;
        }
    }

    private void Tell(Action<string> note)
    {
        if (_isTold) return;
        _isTold = true;
        note("Another program of this device is connected; this goes on in a moment.");
    }

    /// <summary>Whether a pull gets further than it ever was.</summary>
    private sealed class Growth(IProgress<ProgressMessage> progress) : IProgress<ProgressMessage>
    {
        private readonly Dictionary<string, long> _furthest = [];
        private bool _isFurther;

        public void Report(ProgressMessage value)
        {
            var completed = value.Completed ?? 0;
            if (!_furthest.TryGetValue(value.Status, out var known) || completed > known)
            {
                _furthest[value.Status] = completed;
                _isFurther = true;
            }

            progress.Report(value);
        }

        /// <summary>Whether it got further since this was asked last.</summary>
        public bool Take()
        {
            var isFurther = _isFurther;
            _isFurther = false;
            return isFurther;
        }
    }
}
