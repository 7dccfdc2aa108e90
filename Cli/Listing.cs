using Spectre.Console;

namespace QuicPair.Cli;

/// <summary>
/// Rows of facts: a table with headings on a screen, as wide as the screen; aligned columns, in full, into a file or
/// pipe.
/// </summary>
/// <param name="columns">Their headings, and whether they are of numbers, which stand at the right.</param>
internal sealed class Listing(params (string Heading, bool IsNumber)[] columns)
{
    private const int Gap = 2;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row of as many cells as there are columns; control characters are left out.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Terminal.Harmless)]);

    /// <param name="terminal">Where.</param>
    /// <param name="isHeaded">Whether a file or pipe gets the headings too.</param>
    public void Print(Terminal terminal, bool isHeaded = false)
    {
        if (_rows.Count == 0) return;
        if (terminal.HasScreen)
        {
            terminal.Draw(Table());
            return;
        }

        string[][] lines = [.. isHeaded ? [[.. columns.Select(column => column.Heading)]] : (string[][])[], .. _rows];
        int[] widths = [.. columns.Select((_, column) => lines.Max(row => row[column].Length))];
        foreach (var row in lines)
        {
            var cells = row.Select((cell, column) =>
                columns[column].IsNumber ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            terminal.Out.WriteLine(string.Join(new string(' ', Gap), cells).TrimEnd());
        }
    }

    private Table Table()
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var (heading, isNumber) in columns)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Dim)))
            {
                Alignment = isNumber ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, Gap, 0),
            });
        }

        foreach (var row in _rows) table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }
}
