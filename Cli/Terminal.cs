using Spectre.Console;
using Spectre.Console.Rendering;

namespace QuicPair.Cli;

/// <summary>Where the command reads and writes.</summary>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    private const string Dim = "\e[2m";
    private const string Plain = "\e[0m";

    // What is said of the connection comes from other threads than the answer.
    private readonly Cursor _cursor = new();

    /// <summary>Whether a person types.</summary>
    public bool HasKeyboard { get; init; }

    /// <summary>Whether a person reads stdout.</summary>
    public bool HasScreen { get; init; }

    /// <summary>Whether a person reads stderr.</summary>
    public bool HasErrorScreen { get; init; }

    /// <summary>Whether colours are wanted: a screen, and no <c>NO_COLOR</c>.</summary>
    public bool UsesColor { get; init; }

    /// <summary>Whether something can move on stderr.</summary>
    public bool MovesBars => HasErrorScreen && UsesColor;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfThisProcess() => new(Console.In, Console.Out, Console.Error)
    {
        HasKeyboard = !Console.IsInputRedirected,
        HasScreen = !Console.IsOutputRedirected,
        HasErrorScreen = !Console.IsErrorRedirected,
        UsesColor = !Console.IsErrorRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not "dumb",
    };

    /// <summary>Draws a shape on the screen that stdout is.</summary>
    public void Draw(IRenderable shape) => ScreenOn(Out).Write(shape);

    /// <summary>The screen that stderr is, for what moves.</summary>
    public IAnsiConsole ErrorScreen() => ScreenOn(Error);

    /// <summary>Does something in so many steps, with a bar on a screen that can move one.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="act">Does it, and calls back after each step.</param>
    public Task WithBar(string title, int steps, Func<Action, Task> act) => !MovesBars
        ? act(() => { })
        : ErrorScreen().Progress().AutoClear(true).StartAsync(context =>
        {
            var bar = context.AddTask(Markup.Escape(title), maxValue: steps);
            return act(() => bar.Increment(1));
        });

    /// <summary>One line on stderr that only a person wants.</summary>
    public void Note(string text)
    {
        if (HasErrorScreen) Say(UsesColor ? $"{Dim}{text}{Plain}" : text);
    }

    /// <summary>The next line from the keyboard, behind a prompt on stderr; null at the end.</summary>
    public async Task<string?> ReadLine(string prompt, CancellationToken cancellation)
    {
        lock (_cursor.Gate)
        {
            Error.Write(prompt);
            _cursor.Prompt = prompt;
        }

        try
        {
            return await In.ReadLineAsync(cancellation);
        }
        finally
        {
            lock (_cursor.Gate) _cursor.Prompt = "";
        }
    }

    /// <summary>One sentence on stderr.</summary>
    public int Fail(string sentence, int exitCode)
    {
        Say(sentence);
        return exitCode;
    }

    /// <summary>
    /// A model's text on stdout: as it is into a file or pipe, without control characters on a screen, which would
    /// obey them.
    /// </summary>
    public void Answer(string text)
    {
        var shown = HasScreen ? Harmless(text) : text;
        lock (_cursor.Gate)
        {
            Out.Write(shown);
            Out.Flush();
            if (shown.Length > 0) _cursor.IsWithinLine = shown[^1] != '\n';
        }
    }

    /// <summary>Ends the last line of an answer, if it has not ended.</summary>
    public void EndAnswer()
    {
        lock (_cursor.Gate)
        {
            if (_cursor.IsWithinLine) Out.WriteLine();
            _cursor.IsWithinLine = false;
            Out.Flush();
        }
    }

    /// <summary>The text without characters that a terminal obeys, except line feed and tab.</summary>
    public static string Harmless(string text) =>
        text.All(IsHarmless) ? text : string.Concat(text.Where(IsHarmless));

    // On a screen a line of its own: it may come in the middle of an answer's, where the screen shows both, or behind
    // the prompt, which is then shown again.
    private void Say(string line)
    {
        lock (_cursor.Gate)
        {
            var prompt = HasErrorScreen ? _cursor.Prompt : "";
            if ((_cursor.IsWithinLine && HasScreen && HasErrorScreen) || prompt.Length > 0)
            {
                Error.WriteLine();
                _cursor.IsWithinLine = false;
            }

            Error.WriteLine(line);
            Error.Write(prompt);
        }
    }

    private IAnsiConsole ScreenOn(TextWriter writer) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = UsesColor ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = UsesColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = UsesColor ? InteractionSupport.Yes : InteractionSupport.No,
        Out = new AnsiConsoleOutput(writer),
    });

    private static bool IsHarmless(char c) => !char.IsControl(c) || c is '\n' or '\t';

    /// <summary>What the last line on the screen is.</summary>
    private sealed class Cursor
    {
        public Lock Gate { get; } = new();

        // Whether the answer's last line on stdout has not ended. Needs the gate.
        public bool IsWithinLine { get; set; }

        // Behind which a line is read on stderr; empty where none is. Needs the gate.
        public string Prompt { get; set; } = "";
    }
}
