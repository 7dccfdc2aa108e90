using System.Text;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages.Models;
using Spectre.Console;

namespace QuicPair.Cli.Models;

/// <summary>
/// Says how far a pull is: a line of JSON for each step, a bar on a screen, or a line when the step changes.
/// </summary>
internal static class PullProgress
{
    /// <summary>Runs the pull and shows what it reports, and what else it has to say.</summary>
    public static Task Show(
        Terminal terminal, bool json, Func<IProgress<ProgressMessage>, Action<string>, Task> pull) =>
        json ? pull(new Json(terminal), terminal.Note)
        : terminal.MovesBars ? ShowBars(terminal, pull)
        : pull(new Lines(terminal), terminal.Note);

    private static Task ShowBars(Terminal terminal, Func<IProgress<ProgressMessage>, Action<string>, Task> pull)
    {
        // A note goes above the bars: the same screen knows of both.
        var screen = terminal.ErrorScreen();
        return screen.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => pull(new Bars(context), note => screen.WriteLine(note)));
    }

    private sealed class Json(Terminal terminal) : IProgress<ProgressMessage>
    {
        public void Report(ProgressMessage value)
        {
            terminal.Out.WriteLine(Encoding.UTF8.GetString(MessageWriter.Write(value)));
            terminal.Out.Flush();
        }
    }

    private sealed class Lines(Terminal terminal) : IProgress<ProgressMessage>
    {
        private string _last = "";

        public void Report(ProgressMessage value)
        {
            var percent = value is { Completed: { } done, Total: > 0 and { } total } ? $" {done * 100 / total} %" : "";
            var line = Terminal.Harmless(value.Status) + percent;
            if (line == _last) return;
            _last = line;
            terminal.Note(line);
        }
    }

    /// <summary>
    /// A bar for each step; one that has no size is busy until the next one begins. A pull that is taken up comes to
    /// its steps again.
    /// </summary>
    private sealed class Bars(ProgressContext context) : IProgress<ProgressMessage>
    {
        private readonly Dictionary<string, ProgressTask> _known = [];
        private string? _step;
        private ProgressTask? _task;

        public void Report(ProgressMessage value)
        {
            if (value.Status != _step)
            {
                Begin(value.Status);
            }

            if (_task!.IsFinished) return;
            _task.IsIndeterminate = value.Total is not > 0;
            if (value is not { Completed: { } completed, Total: > 0 and { } total }) return;
            _task.MaxValue = total;
            _task.Value = completed;
        }

        private void Begin(string step)
        {
            if (!_known.TryGetValue(step, out var bar))
            {
                if (_task is { } done) done.Value = done.MaxValue;
                _task?.StopTask();
                bar = _known[step] = context.AddTask(Markup.Escape(Terminal.Harmless(step)));
            }

            (_step, _task) = (step, bar);
        }
    }
}
