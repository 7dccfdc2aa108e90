using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Threading.Channels;

namespace QuicPair.Benchmarks.Peers;

/// <summary>The process of the offering peers, seen from the one that answers.</summary>
internal sealed class OfferingProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Func<int, string, string> _answer;
    private readonly Lock _input = new();
    private readonly Lock _gate = new();
    private readonly List<double> _opened = [];
    private readonly Channel<PeerLine> _news = Channel.CreateUnbounded<PeerLine>();
    private readonly Task _reading;

    private OfferingProcess(Process process, Func<int, string, string> answer)
    {
        (_process, _answer) = (process, answer);
        _reading = Task.Run(Read);
    }

    /// <summary>Starts it; what it says about its progress goes to this process's error output.</summary>
    /// <param name="mac">Where the answering peers are.</param>
    /// <param name="answer">Answers the offer of the peer of a number.</param>
    public static OfferingProcess Start(IPEndPoint mac, Func<int, string, string> answer)
    {
        var port = mac.Port.ToString(CultureInfo.InvariantCulture);
        var program = typeof(OfferingProcess).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [program, OfferingSide.Verb, port])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new OfferingProcess(Process.Start(start)!, answer);
    }

    /// <summary>Tells it something.</summary>
    public void Tell(PeerLine line)
    {
        lock (_input)
        {
            _process.StandardInput.WriteLine(line.Write());
            _process.StandardInput.Flush();
        }
    }

    /// <summary>Its next news, beside offers and openings.</summary>
    /// <exception cref="InvalidOperationException">It is something else, or the process has ended.</exception>
    public async Task<PeerLine> Expect(string what)
    {
        var line = await _news.Reader.ReadAsync();
        return line.What == what
            ? line
            : throw new InvalidOperationException($"The offering process says '{line.What}': {line.Text}");
    }

    /// <summary>How long each peer took that was opened since the last call, in milliseconds.</summary>
    public double[] TakeOpened()
    {
        lock (_gate)
        {
            double[] opened = [.. _opened];
            _opened.Clear();
            return opened;
        }
    }

    /// <summary>The end of its input is its end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            lock (_input) _process.StandardInput.Close();
            await _process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (Exception cause) when (cause is TimeoutException or IOException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task Read()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } text) Take(PeerLine.Read(text));
            _news.Writer.TryComplete(new InvalidOperationException("The offering process has ended."));
        }
        catch (Exception cause)
        {
            // Who waits for the next news hears of it.
            _news.Writer.TryComplete(cause);
        }
    }

    private void Take(PeerLine line)
    {
        switch (line.What)
        {
            case PeerLine.Offer:
                Tell(new PeerLine(PeerLine.Answer, line.Number, _answer(line.Number, line.Text)));
                break;
            case PeerLine.Opened:
                lock (_gate) _opened.AddRange(line.Milliseconds!);
                break;
            default:
                _news.Writer.TryWrite(line);
                break;
        }
    }
}
